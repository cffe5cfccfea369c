import { type EvictionStrategyFactory, evictionStrategies } from 'nuthatch/engine';
import {
  type Progress,
  readTrace,
  recommend,
  simulate,
  type SimulateOptions,
  type SimulationRow,
  type Trace,
} from 'nuthatch/simulator';
import { fileWith } from './files.js';

function traceOf(keys: readonly (string | number)[]): Promise<Trace> {
  return fileWith(keys.join('\n'), 'birds.txt').then((file) => readTrace(file, { format: 'lines' }));
}

/** Every key with its weight in bytes. */
async function weighed(requests: readonly string[]): Promise<Trace> {
  return readTrace(await fileWith(`key,size\n${requests.join('\n')}\n`), { format: 'csv' });
}

const sequence = 'a b c a d a b c'.split(' ');

describe('a simulation', () => {
  it('counts what the strategies of the engine do with a trace', async () => {
    const rows = simulate(await traceOf(sequence), { sizes: [2, 3], strategies: ['lru', 'fifo', 'opt'] });
    const counted = rows.map(({ trace, size, strategy, requests, hits, evictions }) => {
      return [trace, size, strategy, requests, hits, evictions].join(' ');
    });
    expect(counted).toEqual([
      'birds 2 lru 8 1 5',
      'birds 2 fifo 8 1 5',
      'birds 2 opt 8 3 3',
      'birds 3 lru 8 2 3',
      'birds 3 fifo 8 1 4',
      'birds 3 opt 8 4 1',
    ]);
    expect(rows.map(({ hitRatio }) => hitRatio)).toEqual(rows.map(({ hits }) => hits / 8));
  });

  it('tries every strategy of the engine, unless it is told which', async () => {
    const rows = simulate(await traceOf(sequence), { sizes: [2] });
    expect(rows.map(({ strategy }) => strategy)).toEqual(Object.keys(evictionStrategies));
    expect(rows.every(({ nsPerRequest }) => nsPerRequest !== undefined && nsPerRequest > 0)).toBe(true);
  });

  it('tries a strategy of your own, under its name', async () => {
    const mine: EvictionStrategyFactory = { ...evictionStrategies.lru, name: 'mine' };
    const [row, lru] = simulate(await traceOf(sequence), { sizes: [2], strategies: [mine, 'lru'] });
    expect([row?.strategy, row?.hits]).toEqual(['mine', lru?.hits]);
  });

  it('gives the same rows again', async () => {
    const trace = await traceOf(Array.from({ length: 5000 }, (_, index) => (index * index * 7) % 211));
    const hits = (): number[] => simulate(trace, { sizes: [20, 50] }).map((row) => row.hits);
    expect(hits()).toEqual(hits());
  });

  it('holds as many bytes as it is told, with the weights of the trace', async () => {
    const trace = await weighed(['a,60', 'b,30', 'a,60', 'c,30', 'd,101', 'd,101', 'b,30', 'a,60']);
    const [row] = simulate(trace, { sizes: [100], unit: 'bytes', strategies: ['lru'] });
    // c takes the place of b, and b that of a; d is heavier than the cache.
    expect([row?.hits, row?.evictions]).toEqual([1, 3]);
  });

  it('counts entries where it is not told otherwise, also with weights', async () => {
    const trace = await weighed(['a,60', 'b,60', 'a,60', 'b,60']);
    expect(simulate(trace, { sizes: [2], strategies: ['lru'] })).toMatchObject([{ hits: 2 }]);
  });

  it('makes caches smaller for a sample of the keys', async () => {
    const trace = await traceOf(sequence);
    const [sampled] = simulate(trace, { sizes: [30], sampleRate: 0.1, strategies: ['lru'] });
    const [small] = simulate(trace, { sizes: [3], strategies: ['lru'] });
    expect(sampled).toMatchObject({ size: 30, hits: small?.hits });
  });

  it('tells how far it is, up to the end', async () => {
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => void told.push(progress);
    simulate(await traceOf(sequence), { sizes: [2, 3], strategies: ['lru', 'opt'], onProgress });
    expect(told).toEqual([
      { strategy: 'lru', size: 2, done: 0.25 },
      { strategy: 'opt', size: 2, done: 0.5 },
      { strategy: 'lru', size: 3, done: 0.75 },
      { strategy: 'opt', size: 3, done: 1 },
    ]);
  });

  it.each<[string, object]>([
    ['sizes must be at least one, got []', { sizes: [] }],
    ['sizes must be positive whole numbers, got 0', { sizes: [10, 0] }],
    ['sizes must be positive whole numbers, got 1.5', { sizes: [1.5] }],
    ['strategies must be at least one, got []', { strategies: [] }],
    ['strategies must be one of all, opt, ', { strategies: ['lru', 'magic'] }],
    ['sampleRate must be above 0 and at most 1, got 0', { sampleRate: 0 }],
    ["unit must be 'items' for a trace without weights", { unit: 'bytes' }],
  ])('refuses: %s', async (message, wrong) => {
    const trace = await traceOf(sequence);
    const options = { sizes: [2], ...wrong } as SimulateOptions;
    expect(() => simulate(trace, options)).toThrow(message);
  });

  it('has no optimum for sizes in bytes', async () => {
    const trace = await weighed(['a,60']);
    const options: SimulateOptions = { sizes: [9], unit: 'bytes', strategies: ['opt'] };
    expect(() => simulate(trace, options)).toThrow("strategies must be without 'opt'");
  });
});

describe('a recommendation', () => {
  function row(strategy: string, size: number, hitRatio: number): SimulationRow {
    const rest = { trace: 'birds', requests: 1000, evictions: 0, nsPerRequest: 100 };
    return { ...rest, strategy, size, hitRatio, hits: hitRatio * 1000 };
  }

  it('is the smallest size within a point of the best, with its best strategy', () => {
    const rows = [
      row('lru', 100, 0.4),
      row('lru', 1000, 0.695),
      row('sieve', 1000, 0.7),
      row('lru', 5000, 0.709),
      row('opt', 1000, 0.8),
    ];
    expect(recommend(rows)).toEqual({
      size: 1000,
      strategy: 'sieve',
      hitRatio: 0.7,
      reason:
        'Take sieve at 1,000: 70.00 % of the requests hit (the optimum there is 80.00 %); the best of 5,000, lru with 70.90 %, brings less than a point more.',
    });
  });

  it('is the fastest of equals', () => {
    const rows = [row('lru', 100, 0.4), { ...row('fifo', 100, 0.4), nsPerRequest: 50 }];
    expect(recommend(rows)).toMatchObject({
      strategy: 'fifo',
      reason: expect.stringContaining('the most of'),
    });
  });

  it('is never the optimum, which nobody can run', () => {
    expect(recommend([row('opt', 100, 0.4)])).toBeUndefined();
  });
});
