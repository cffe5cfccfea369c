import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

interface Row {
  readonly name: string;
  readonly stale: number;
  readonly rejected: number;
}

describe('deletions while a key is loaded', () => {
  it('leave nothing old in our caches, and no caller without an answer', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...RUNS_TYPESCRIPT,
      MAIN,
      'stale',
      '--json',
      '--trials',
      '2',
    ]);
    // The bench prints rows and nothing else.
    const { rows } = JSON.parse(stdout) as { rows: readonly Row[] };
    const ours = rows.filter(({ name }) => name.startsWith('nuthatch'));
    expect(ours.map(({ stale, rejected }) => [stale, rejected])).toEqual(ours.map(() => [0, 0]));
    expect([ours.length, rows.length]).toEqual([3, 8]);
  }, 60_000);
});
