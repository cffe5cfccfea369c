import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';
import { type ApplicationName, applications } from './applications.js';
import type { Row } from './race.js';
import { judge } from './targets.js';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
// The names are the keys of that very object.
const NAMES = Object.keys(applications) as ApplicationName[];

function rows(speeds: Partial<Record<ApplicationName, number>>): Row[] {
  return NAMES.map((name) => {
    const speed = speeds[name] ?? 1000;
    const laps = [speed, 2 * speed].map((perCpuSecond) => ({ perSecond: 1, perCpuSecond, p99Ms: 1 }));
    return { name, hits: laps, cold: laps };
  });
}

function unmet(speeds: Partial<Record<ApplicationName, number>>, overheadNs = 0): readonly string[] {
  return judge(rows(speeds), overheadNs)
    .filter(({ isMet }) => !isMet)
    .map(({ text }) => text.split(':')[0] ?? '');
}

describe('the targets of NestJS applications', () => {
  it('are met by who is as fast as his rival', () => {
    expect(unmet({})).toEqual([]);
  });

  it('leave an interceptor a twentieth on hits, and nothing else', () => {
    expect(unmet({ 'nuthatch interceptor': 960, 'nuthatch @Cacheable in a service': 960 })).toEqual([
      'nuthatch interceptor, cold',
      'nuthatch @Cacheable in a service, hits',
      'nuthatch @Cacheable in a service, cold',
    ]);
  });

  it('bound what a decorator costs', () => {
    expect(unmet({}, 1001)).toEqual([
      'a decorated hit costs 1001 ns beyond cache.getOrLoad, wanted less than 1000',
    ]);
  });
});

describe('the race of NestJS applications', () => {
  it('asks every application over HTTP and prints what it did', async () => {
    const args = ['nest', '--json', '--rounds', '1', '--ms', '100', '--connections', '4'];
    const { stdout } = await promisify(execFile)(process.execPath, [...RUNS_TYPESCRIPT, MAIN, ...args]);
    const laps = [
      { perSecond: expect.any(Number), perCpuSecond: expect.any(Number), p99Ms: expect.any(Number) },
    ];
    expect(JSON.parse(stdout)).toMatchObject({
      rows: NAMES.map((name) => ({ name, hits: laps, cold: laps })),
      overheadNs: expect.any(Number),
    });
  }, 120_000);
});
