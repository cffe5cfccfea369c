import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

describe('the bench of rings', () => {
  it('prints what it has measured of each size as JSON', async () => {
    const args = ['ring', '--json', '--rings', '5', '--keys', '100', '--rounds', '1'];
    const { stdout } = await promisify(execFile)(process.execPath, [...RUNS_TYPESCRIPT, MAIN, ...args]);
    const measured = {
      nsPerLookUp: expect.any(Number),
      msToAddNode: expect.any(Number),
      medianDeviation: expect.any(Number),
      deviationOf99: expect.any(Number),
      largestDeviation: expect.any(Number),
    };
    const sizes = [4, 10, 100].flatMap((nodes) =>
      [150, 1000].map((virtualNodes) => ({ nodes, virtualNodes })),
    );
    expect(JSON.parse(stdout)).toEqual(sizes.map((size) => ({ ...size, ...measured })));
  });
});
