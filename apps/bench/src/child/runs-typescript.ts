import { fileURLToPath } from 'node:url';

/** What Node is told, to run a source as it is. */
export const RUNS_TYPESCRIPT: readonly string[] = [
  '--import',
  fileURLToPath(new URL('../../../../scripts/typescript.mjs', import.meta.url)),
];
