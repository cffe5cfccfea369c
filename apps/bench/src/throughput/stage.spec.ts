import { type Contestant, runs } from '../field/contestant.js';
import { field } from '../field/field.js';
import { layCourse } from './course.js';
import { operations } from './operations.js';
import { Stage } from './stage.js';

const ONE_CHUNK = { atLeastMs: 0, requests: 1, atMostMs: Infinity };
const course = layCourse(300);
/** Time that moves by a second whenever it is asked for. */
const stopwatch = { now: () => (seconds += 1000), roughNow: () => 0 };
let seconds = 0;

async function run({ evicts, load }: Contestant, ttlMs: number | undefined): Promise<readonly number[]> {
  const open = await load();
  const stage = new Stage(open({ capacity: 300, ttlMs }), course, stopwatch);
  stage.fill();
  const speeds: number[] = [];
  for (const operation of operations.filter((one) => evicts || !one.evicts))
    speeds.push(await stage.run(operation, ONE_CHUNK));
  return speeds;
}

describe.each(field)('$name', (contestant) => {
  const ttls = [undefined, 3_600_000].filter((ttlMs) => runs(contestant, ttlMs !== undefined));

  it.each(ttls)('does what is measured, with a time to live of %s', async (ttlMs) => {
    const speeds = await run(contestant, ttlMs);
    expect(new Set(speeds)).toEqual(new Set([8192]));
    expect(speeds).toHaveLength(contestant.evicts ? 5 : 3);
  });
});

it('does not measure a cache that has lost what it is asked for', async () => {
  const forgetful = new Stage({ get: () => undefined, set: () => undefined }, course, stopwatch);
  const [getHit] = operations;
  await expect(forgetful.run(getHit as (typeof operations)[number], ONE_CHUNK)).rejects.toThrow(
    'getHit found 0 of 8192 keys',
  );
});
