// Finds our libs by their public names and `.ts` where an import says `.js`; compiles by the same .swcrc as jest does.
import { transform } from '@swc/core';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const SETTINGS = JSON.parse(await readFile(new URL('.swcrc', ROOT), 'utf8'));

export function resolve(specifier, context, nextResolve) {
  const url = urlOf(specifier, context.parentURL);
  return url === undefined
    ? nextResolve(specifier, context)
    : { url: url.href, format: 'module', shortCircuit: true };
}

export async function load(url, context, nextLoad) {
  if (!isSource(url)) return nextLoad(url, context);
  const filename = fileURLToPath(url);
  const text = await readFile(filename, 'utf8');
  const { code } = await transform(text, { ...SETTINGS, filename, swcrc: false });
  return { format: 'module', source: code, shortCircuit: true };
}

/** Where one of our own modules is, for whom asks from one. */
function urlOf(specifier, parent) {
  if (parent === undefined || !isSource(parent)) return undefined;
  const [, isOurs, lib = 'nest'] = /^(nuthatch)(?:\/([a-z]+))?$/.exec(specifier) ?? [];
  if (isOurs) return new URL(`libs/${lib}/src/index.ts`, ROOT);
  return /^\.{1,2}\/.*\.js$/.test(specifier) ? new URL(specifier.replace(/js$/, 'ts'), parent) : undefined;
}

function isSource(url) {
  return url.endsWith('.ts') && !url.includes('/node_modules/');
}
