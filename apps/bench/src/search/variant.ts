import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/** A constant of the engine at another value. */
interface Setting {
  /** The name of its file, without folder and extension. */
  readonly file: string;
  readonly constant: string;
  readonly value: string;
}

/** What differs from the engine as it is; nothing in the empty one. */
export type Variant = readonly Setting[];

/** Reads `chooser.LEAD=0.5;chooser.HALF_LIFE=4`. @throws Error where it is not of that form. */
export function readVariant(text: string): Variant {
  return text
    .split(';')
    .filter((setting) => setting !== '')
    .map((setting) => {
      const parts = /^(?<file>[\w-]+)\.(?<constant>\w+)=(?<value>.+)$/.exec(setting)?.groups;
      if (parts === undefined) throw new Error(`expected FILE.CONSTANT=VALUE, got ${setting}`);
      // The groups are those of the expression.
      return parts as unknown as Setting;
    });
}

/** The source with its constants at the values of the variant. @throws Error where it has none of that name. */
export function vary(source: string, settings: Variant): string {
  return settings.reduce((text, { file, constant, value }) => {
    const declaration = new RegExp(`^const ${constant} = [^;]+;$`, 'm');
    if (!declaration.test(text)) throw new Error(`${file} has no constant ${constant}`);
    return text.replace(declaration, () => `const ${constant} = ${value};`);
  }, source);
}

/** Has a bundle take the variant in place of what the files say. @throws Error where a file is not met. */
export function varying(variant: Variant): Plugin {
  return {
    name: 'variant',
    setup(build) {
      const missing = new Set(variant.map(({ file }) => file));
      build.onLoad({ filter: /libs\/engine\/src\/.*\.ts$/ }, async ({ path }) => {
        const name = basename(path, '.ts');
        const settings = variant.filter(({ file }) => file === name);
        if (settings.length === 0) return undefined;
        missing.delete(name);
        return { contents: vary(await readFile(path, 'utf8'), settings), loader: 'ts' };
      });
      build.onEnd(() => {
        if (missing.size > 0) throw new Error(`the engine has no file ${[...missing].join(', ')}`);
      });
    },
  };
}
