import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { estimateWeight } from '../../libs/engine/src/memory/weight.js';
import { kinds } from './values.js';

/** The error that `estimateWeight` documents. */
const HEAP = { least: 0.75, most: 1.25 };
const ENTRY = { least: 0.7, most: 1.6 };
const SERIALISED = { least: 0.8, most: 12 };

/** By kind, the estimate as a part of what the heap of a fresh process grew by. */
function measureHeap(): Readonly<Record<string, number>> {
  const program = join(import.meta.dirname, 'heap-growth.ts');
  const options = [
    '--expose-gc',
    '--single-threaded-gc',
    '--import',
    '@swc-node/register/esm-register',
    program,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Readonly<Record<string, number>>;
}

describe('the weight of a value', () => {
  it('is within a quarter of what the heap grows by, for every kind; that of an entry itself within 60 %', () => {
    const { 'an entry': entry, ...ratios } = measureHeap();
    expect(Object.keys(ratios)).toEqual(Object.keys(kinds));
    const wrong = Object.entries(ratios).filter(([, ratio]) => ratio < HEAP.least || ratio > HEAP.most);
    expect(wrong).toEqual([]);
    expect(entry).toBeGreaterThan(ENTRY.least);
    expect(entry).toBeLessThan(ENTRY.most);
  });

  it.each(Object.entries(kinds))('takes %s for 0.8 to 12 times its serialised length', (_, make) => {
    const value = make(7);
    const weight = estimateWeight(value, undefined) - estimateWeight(undefined, undefined);
    const ratio = weight / serialize(value).length;
    expect(ratio).toBeGreaterThan(SERIALISED.least);
    expect(ratio).toBeLessThan(SERIALISED.most);
  });
});
