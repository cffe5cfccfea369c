import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';
import { BURSTS, type Row } from './race.js';
import { judge } from './targets.js';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

function row(name: string, figures: Partial<Row> & { readonly burstMs?: number }): Row {
  const { burstMs = 1, ...others } = figures;
  const misses = BURSTS.map((burst) => ({ ...burst, ms: [burstMs, burstMs], calls: 1 }));
  return { name, isOurs: false, hits: [1, 1], bytesPerHit: 0, promisesPerHit: 1, misses, ...others };
}

const rivals = [
  row('lru-cache fetch', { hits: [10, 20], burstMs: 2 }),
  row('cache-manager wrap', { hits: [2, 2], burstMs: 3 }),
  row('bentocache getOrSet', { hits: [0.5, 0.5], burstMs: 9 }),
];

function unmet(own: Partial<Row> & { readonly burstMs?: number }): readonly string[] {
  const verdicts = judge([...rivals, row('nuthatch', { isOurs: true, ...own })]);
  expect(verdicts).toHaveLength(8);
  return verdicts.filter(({ isMet }) => !isMet).map(({ text }) => text.split(',')[0] ?? '');
}

describe('the targets of loads', () => {
  it('are met by who is fast enough, ratios being taken round by round', () => {
    expect(unmet({ hits: [10, 19], burstMs: 1.9 })).toEqual([]);
  });

  it('are not met by hits that are too slow', () => {
    expect(unmet({ hits: [8, 16] })).toEqual(['hits: 0.80 (0.80 to 0.80) x lru-cache fetch']);
  });

  it('are not met by a hit that makes two promises', () => {
    expect(unmet({ hits: [10, 20], promisesPerHit: 2 })).toEqual(['promises per hit: 2']);
  });

  it('are not met by misses that are slower than those of the best of the others', () => {
    expect(unmet({ hits: [10, 20], burstMs: 2.1 })).toHaveLength(BURSTS.length);
  });
});

describe('the race of loads', () => {
  it('prints hits, what they allocate, and misses, each key loaded once', async () => {
    const args = ['loads', '--json', '--rounds', '1', '--ms', '1', '--only', 'lru-cache fetch,nuthatch'];
    const { stdout } = await promisify(execFile)(process.execPath, [...RUNS_TYPESCRIPT, MAIN, ...args]);
    const figures = {
      hitsPerSecond: expect.any(Number),
      bytesPerHit: expect.any(Number),
      promisesPerHit: 1,
      misses: BURSTS.map((burst) => ({ ...burst, ms: expect.any(Number), calls: 1 })),
    };
    expect(JSON.parse(stdout)).toMatchObject({
      rows: [
        { name: 'lru-cache fetch', ...figures },
        { name: 'nuthatch', ...figures },
      ],
    });
  }, 120_000);
});
