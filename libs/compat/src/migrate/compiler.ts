import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CacheError } from 'nuthatch/engine';

/** TypeScript, as the user has it: it tells imports from what looks like one. */
export type Compiler = typeof import('typescript');

/** The TypeScript of the project in a folder. @throws CacheError `missing_peer`. */
export function loadCompiler(folder: string): Compiler {
  const compiler = required(folder);
  if (typeof compiler?.createSourceFile === 'function') return compiler;
  const remedy = 'npm install --save-dev typescript@5';
  throw new CacheError(
    'missing_peer',
    `sources are read by TypeScript 5 or 6, not by ${compiler?.version}; ${remedy}`,
  );
}

function required(folder: string): Compiler | undefined {
  try {
    // Whatever it is, it is looked at before it is used.
    return createRequire(join(folder, 'package.json'))('typescript') as Compiler | undefined;
  } catch (error) {
    const remedy = 'npm install --save-dev typescript';
    throw new CacheError(
      'missing_peer',
      `sources are read by your own TypeScript, which is not to be found from ${folder}; ${remedy}`,
      error,
    );
  }
}
