import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';
import { describeWithRedis } from '../../../../test/support/redis-servers.js';
import { CALLERS, KINDS } from './lap.js';
import type { OutageRow } from './outages.js';
import type { Row } from './race.js';
import { aheadOfUs, judge } from './targets.js';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

function row(name: string, callers: number, figures: Partial<Row>): Row {
  const measured = { perSecond: [1, 1], perCpuSecond: [1, 1], p50Us: [1, 1], lookUps: 1 };
  return { name, operation: 'shared', callers, ...measured, ...figures };
}

const clients = [
  row('ioredis GET', 1, { p50Us: [10, 20] }),
  row('auto-pipelined ioredis GET', CALLERS, { perSecond: [100, 200] }),
];

function unmet(own: readonly Row[], outages: readonly OutageRow[] = []): readonly string[] {
  return judge({ rows: [...clients, ...own], outages })
    .filter(({ isMet }) => !isMet)
    .map(({ text }) => text);
}

describe('the targets of two tiers', () => {
  it('are met by who is fast enough, ratios being taken round by round', () => {
    const own = [
      row('nuthatch', 1, { p50Us: [12, 24] }),
      row('nuthatch', CALLERS, { perSecond: [200, 400] }),
    ];
    const perSecond = { up: [100, 10], frozen: [95, 9.5], killed: [96, 9.6] };
    expect(unmet(own, [{ name: 'nuthatch', perSecond }])).toEqual([]);
  });

  it('are not met by a lone read that takes too long', () => {
    expect(unmet([row('nuthatch', 1, { p50Us: [13, 26] })])).toEqual([
      'a lone hit in Redis takes 1.30 (1.30 to 1.30) x as long as ioredis GET, wanted at most 1.2',
    ]);
  });

  it('are not met by reads that are too slow where many ask', () => {
    expect(unmet([row('nuthatch', CALLERS, { perSecond: [190, 380] })])).toEqual([
      '100 callers, hits in Redis: 1.90 (1.90 to 1.90) x auto-pipelined ioredis GET, wanted 2',
    ]);
  });

  it('are not met by memory that is slower without Redis', () => {
    const perSecond = { up: [100, 10], frozen: [90, 9], killed: [96, 9.6] };
    const outages = ['nuthatch', 'bentocache'].map((name) => ({ name, perSecond }));
    expect(unmet([], outages)).toEqual([
      'hits in memory, Redis frozen: 0.90 (0.90 to 0.90) x those with Redis up, wanted 0.95',
    ]);
  });

  it('do not hide who is ahead', () => {
    const rows = [
      row('nuthatch', 1, { perSecond: [100, 10] }),
      row('bentocache', 1, { perSecond: [200, 20] }),
    ];
    expect(aheadOfUs({ rows, outages: [] })).toEqual([
      'bentocache, `get`, in Redis, alone: 2.00 (2.00 to 2.00) x nuthatch',
    ]);
    expect(aheadOfUs({ rows: rows.map((one) => ({ ...one, perSecond: [1, 1] })), outages: [] })).toEqual([]);
  });
});

describeWithRedis()('the race of two tiers', () => {
  it('prints calls, look-ups in Redis, and hits while Redis is away', async () => {
    const only = ['--only', 'nuthatch,cache-manager,ioredis GET'];
    const args = ['distributed', '--json', '--rounds', '1', '--ms', '20', ...only];
    const { stdout } = await promisify(execFile)(process.execPath, [...RUNS_TYPESCRIPT, MAIN, ...args]);
    // The bench prints this and nothing else.
    const { rows, outages } = JSON.parse(stdout) as { rows: readonly Row[]; outages: readonly OutageRow[] };
    const found = rows.map(({ name, operation, callers }) => `${name} ${operation} ${callers}`);
    expect(new Set(found)).toEqual(
      new Set([
        ...KINDS.flatMap(({ operation, callers }) => [
          `nuthatch ${operation} ${callers}`,
          `cache-manager ${operation} ${callers}`,
        ]),
        'ioredis GET shared 1',
        `ioredis GET shared ${CALLERS}`,
      ]),
    );
    expect(rows.every(({ perSecond }) => Number(perSecond) > 0)).toBe(true);
    const states = { up: [expect.any(Number)], frozen: [expect.any(Number)], killed: [expect.any(Number)] };
    expect(outages).toEqual([
      { name: 'nuthatch', perSecond: states },
      { name: 'cache-manager', perSecond: states },
    ]);
  }, 120_000);
});
