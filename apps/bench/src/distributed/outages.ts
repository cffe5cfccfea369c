import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../../test/support/redis-servers.js';
import type { RacePlan, Runner } from './runner.js';

/** How Redis is while memory is asked. */
export type State = 'up' | 'frozen' | 'killed';

/** Hits in memory of one contestant, a second, of each round. */
export interface OutageRow {
  readonly name: string;
  readonly perSecond: Readonly<Record<State, readonly number[]>>;
}

/** Laps are so many times as long: what is done once a second is to be done in them. */
const LONGER = 10;
/** Until who was cut off from Redis is linked to it again. */
const RECOVERY_MS = 3000;

/** Asks memory while Redis answers, while it is frozen, and while it is dead; ends with a server that is dead. */
export async function outages(
  runners: readonly Runner[],
  { rounds, ms }: Pick<RacePlan, 'rounds' | 'ms'>,
  server: RedisServer,
): Promise<readonly OutageRow[]> {
  const rows = runners.map(({ name, lane }) => ({
    name,
    lane,
    perSecond: { up: [], frozen: [], killed: [] } as Record<State, number[]>,
  }));
  const runAll = async (state: State, order: readonly (typeof rows)[number][]): Promise<void> => {
    for (const { lane, perSecond } of order) {
      const figure = await lane.run({ operation: 'memory', callers: 1, ms: LONGER * ms });
      perSecond[state].push(figure.perSecond);
    }
  };
  // A cache that was without Redis may have forgotten what it could not vouch for, and code runs warm before.
  const refill = async (): Promise<void> => {
    for (const { lane } of rows) await lane.run({ operation: 'memory', callers: 1, ms: 2 * ms });
  };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? rows : rows.toReversed();
    if (round > 0) await recover(() => server.restart());
    await refill();
    await runAll('up', order);
    server.pause();
    await runAll('frozen', order);
    await recover(async () => server.resume());
    await refill();
    await server.kill();
    await runAll('killed', order);
  }
  return rows.map(({ name, perSecond }) => ({ name, perSecond }));
}

async function recover(start: () => Promise<void>): Promise<void> {
  await start();
  await sleep(RECOVERY_MS);
}
