import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const child = join(import.meta.dirname, 'small-heap.ts');

/** Fills a cache with three times what the heap of the process can hold. */
function fill(heapPressure: 'guarded' | 'unguarded') {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--max-old-space-size=96', '--import', '@swc-node/register/esm-register', child, heapPressure],
    { encoding: 'utf8', env: process.env },
  );
  return { status, written: Number(stdout) };
}

describe('a process with a small heap', () => {
  it('lives where its caches give way', () => {
    expect(fill('guarded')).toEqual({ status: 0, written: 40_000 });
  });

  it('dies where they do not', () => {
    expect(fill('unguarded').status).not.toBe(0);
  });
});
