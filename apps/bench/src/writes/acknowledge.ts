import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Contestant, Item, Taker } from './contestants.js';
import { type Delay, withDelay } from './delay.js';

/** The event loop turns at least once in so many writes, whoever makes them: acknowledged writes need not wait for it. */
const TURN = 512;
/** Keys are written over and over, in order. */
const KEYS = 100_000;

/** What one contestant did in one round. */
export interface Round {
  readonly perSecond: number;
  readonly delay: Delay;
}

const keys = Array.from({ length: KEYS }, (_, at) => `item:${at}`);

/** Has so many writers write for some time, each beginning a write when its last is acknowledged. */
export async function acknowledge(contestant: Contestant, writers: number, ms: number): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'nuthatch-writes-'));
  const taker = await contestant.open(folder);
  try {
    await writeFor(taker, writers, ms / 4); // code runs warm before the time is taken
    const { answer, delay } = await withDelay(() => writeFor(taker, writers, ms));
    return { perSecond: answer, delay };
  } finally {
    await taker.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeFor(taker: Taker, writers: number, ms: number): Promise<number> {
  const ownTurn = Math.ceil(TURN / writers);
  let written = 0;
  const startedAt = performance.now();
  const until = startedAt + ms;
  const run = async (): Promise<void> => {
    for (let own = 1; performance.now() < until; own++) {
      const acknowledged = taker.write(keys[written % KEYS] ?? '', itemOf(written));
      written++;
      if (acknowledged !== undefined) await acknowledged;
      if (own % ownTurn === 0) await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: writers }, run));
  return (1000 * written) / (performance.now() - startedAt);
}

function itemOf(at: number): Item {
  return { id: at, name: `item number ${at}`, price: at / 100 };
}
