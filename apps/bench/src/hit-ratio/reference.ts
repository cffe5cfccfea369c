import { readFile } from 'node:fs/promises';

/** Hit ratios in percent, by the name of the column. */
export type Columns = ReadonlyMap<string, number>;

/** What reference simulators found: by trace, then by size. */
export type Reference = ReadonlyMap<string, ReadonlyMap<number, Columns>>;

/** Reads a table whose columns are trace, size, and one per policy; empty where there is no such file. */
export async function readReference(file: string): Promise<Reference> {
  try {
    return parseReference(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

export function parseReference(text: string): Reference {
  const [[, , ...policies] = [], ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const reference = new Map<string, Map<number, Columns>>();
  for (const [trace = '', size, ...ratios] of lines) {
    const sizes = reference.get(trace) ?? new Map<number, Columns>();
    sizes.set(Number(size), new Map(policies.map((policy, at) => [policy, Number(ratios[at])])));
    reference.set(trace, sizes);
  }
  return reference;
}

/** The optimum knows the future, so nobody is held against it. */
export const OPTIMUM = 'OPT';

/** The column in which reference simulators have a strategy. */
const COLUMN_OF: Readonly<Record<string, string>> = {
  fifo: 'FIFO',
  lru: 'LRU',
  lfu: 'LFU',
  slru: 'SLRU',
  twoQueue: '2Q',
  arc: 'ARC',
  lirs: 'LIRS',
  sieve: 'SIEVE',
  s3Fifo: 'S3-FIFO',
  wTinyLfu: 'WTLFUad',
};

/** What the reference found for a strategy of ours; `undefined` where it does not have it. */
export function referenceOf(strategy: string, columns: Columns | undefined): number | undefined {
  const column = COLUMN_OF[strategy];
  return column === undefined ? undefined : columns?.get(column);
}
