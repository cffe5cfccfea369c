import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { evictionStrategies } from 'nuthatch/engine';
import { RUNS_TYPESCRIPT } from './child/runs-typescript.js';

const MAIN = join(import.meta.dirname, 'main.ts');

/** The standard output of the bench, which must be JSON and nothing else. */
async function bench(...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [...RUNS_TYPESCRIPT, MAIN, ...args]);
  return JSON.parse(stdout);
}

describe('the bench', () => {
  it('prints the rows of a race as JSON', async () => {
    const race = ['--only', 'Map,lru-cache,nuthatch/lru', '--size', '500', '--rounds', '1', '--ms', '1'];
    const rows = await bench('throughput', '--json', '--ttl', 'off', ...race);
    const operations = ['getHit', 'getMiss', 'setUpdate', 'zipf', 'setEvict'];
    const libraries = ['Map', 'lru-cache', 'nuthatch/lru'];
    const expected = operations.flatMap((operation, at) =>
      libraries.slice(at < 3 ? 0 : 1).map((library) => ({
        library,
        operation,
        size: 500,
        ttl: false,
        opsPerSecond: expect.any(Number),
      })),
    );
    expect(rows).toEqual(expected);
  });

  it('prints the hits of every strategy in the traces of a folder as JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    await writeFile(join(folder, 'tiny.txt.gz'), gzipSync('1\n2\n1\n3\n1\n'));
    await writeFile(join(folder, 'reference.tsv'), 'trace\tsize\tOPT\tLRU\ntiny\t2\t40\t40\n');
    const rows = await bench('hit-ratio', '--json', '--traces', folder);
    expect(rows).toHaveLength(Object.keys(evictionStrategies).length);
    expect(rows).toContainEqual({
      trace: 'tiny',
      size: 2,
      strategy: 'lru',
      requests: 5,
      hits: 2,
      hitRatio: 0.4,
    });
    await rm(folder, { recursive: true });
  });

  it('prints what caches weigh as JSON', async () => {
    const rows = await bench('memory', '--json', '--size', '2000', '--only', 'Map,nuthatch/lru');
    const shape = { entries: 2000, filled: expect.any(Number), resident: expect.any(Number) };
    expect(rows).toEqual([
      { library: 'Map', features: [], ...shape },
      ...[[], ['ttl'], ['weights'], ['ttl', 'weights']].map((features) => ({
        library: 'nuthatch/lru',
        features,
        turnedOver: expect.any(Number),
        ...shape,
      })),
    ]);
  });

  it('soaks a cache', async () => {
    const only = ['--size', '2000', '--only', 'nuthatch/lru'];
    // A soak as short as this may find growth in the noise, and ends with 1 then; its rows are printed all the same.
    const rows = await bench('memory', '--soak', '--json', '--operations', '100000', ...only).catch(
      ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as unknown,
    );
    expect(rows).toEqual([
      {
        library: 'nuthatch/lru',
        operations: 100_000,
        samples: expect.arrayContaining([expect.any(Number)]),
        growth: expect.any(Number),
      },
    ]);
  });

  it('says what it can do where it is asked for something else', async () => {
    const asked = bench('nonsense');
    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('hit-ratio [--json]'),
    });
  });
});
