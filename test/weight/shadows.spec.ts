import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SMALL = 64 * 1024;
/** One in twenty of the hundred bytes that an entry takes beyond its key and value. */
const PER_ENTRY = 5;

/** By capacity, what `adaptive` takes beyond the strategy in charge, in a fresh process. */
function measure(): [capacity: number, bytes: number][] {
  const program = join(import.meta.dirname, 'shadow-growth.ts');
  const options = ['--expose-gc', '--import', '@swc-node/register/esm-register', program];
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const extra = JSON.parse(stdout) as Readonly<Record<string, number>>;
  return Object.entries(extra).map(([capacity, bytes]) => [Number(capacity), bytes]);
}

describe('the shadows of adaptive', () => {
  it('take at most 64 KiB, or 5 bytes an entry where that is more', () => {
    const measured = measure();
    expect(measured.map(([capacity]) => capacity)).toEqual([100, 1000, 10_000, 100_000]);
    for (const [capacity, bytes] of measured) {
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThan(Math.max(SMALL, PER_ENTRY * capacity));
    }
  });
});
