/** @type {import('jest').Config} */
export default {
  // For a machine that has other work to do; no test waits for time to pass.
  testTimeout: 30_000,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^nuthatch$': '<rootDir>/libs/nest/src/index.ts',
    '^nuthatch/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^#devalue$': 'devalue',
  },
  reporters: ['default', '<rootDir>/test/setup/closing-line.mjs'],
  // Left alone, jest would use one of two cores, and one process that grows with every file.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1gb',
  errorOnDeprecated: true,
};
