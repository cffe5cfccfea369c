import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTrace, type Trace } from 'nuthatch/simulator';
import { readReference, type Reference } from './reference.js';
import type { TraceCase } from './trace-case.js';

const EXTENSION = '.txt.gz';
/** Shares of the keys of a trace, as sizes where no reference names any. */
const SHARES = [0.005, 0.02, 0.1, 0.25];

/** The traces of a folder, with the sizes and the figures of its `reference.tsv`, where it has one. @throws Error where there is none. */
export async function casesOfFolder(folder: string): Promise<readonly TraceCase[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(EXTENSION)).sort();
  if (files.length === 0) throw new Error(`${folder} has no file *${EXTENSION}`);
  const reference = await readReference(join(folder, 'reference.tsv'));
  return files.map((file) => caseOf(join(folder, file), file.slice(0, -EXTENSION.length), reference));
}

function caseOf(file: string, name: string, reference: Reference): TraceCase {
  const known = reference.get(name);
  const load = async (): Promise<Trace> => readTrace(file);
  return {
    load,
    sizesOf: (trace) => (known ? [...known.keys()] : SHARES.map((share) => Math.ceil(share * trace.keys))),
    referenceAt: (size) => known?.get(size),
  };
}
