import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Contestant, Item, Taker } from './contestants.js';
import { type Delay, withDelay } from './delay.js';
import type { Load } from './load.js';

/** The event loop turns at least once in so many writes, whoever makes them: acknowledged writes need not wait for it. */
const TURN = 512;

/** Who writes what, and for how long. */
export interface Course {
  readonly load: Load;
  readonly writers: number;
  readonly ms: number;
}

/** What one contestant did in one round. */
export interface Round {
  /** Acknowledged writes. */
  readonly perSecond: number;
  /** The same writes, over the time until all of them were stored. */
  readonly storedPerSecond: number;
  readonly delay: Delay;
}

/** Has so many writers write for some time, each beginning a write when its last is acknowledged. */
export async function acknowledge(contestant: Contestant, course: Course): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'nuthatch-writes-'));
  const taker = await contestant.open(folder, course.load);
  try {
    // Code runs warm before the time is taken, and the queue is empty.
    const warm = await writeFor(taker, { ...course, ms: course.ms / 4 }, 0);
    await taker.settle();
    const startedAt = performance.now();
    const { answer: written, delay } = await withDelay(() => writeFor(taker, course, warm));
    const acknowledgedAt = performance.now();
    await taker.settle();
    const rate = (until: number): number => (1000 * written) / (until - startedAt);
    return { perSecond: rate(acknowledgedAt), storedPerSecond: rate(performance.now()), delay };
  } finally {
    await taker.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Answers how many writes there were. @param from how many there have been. */
async function writeFor(taker: Taker, { load, writers, ms }: Course, from: number): Promise<number> {
  const ownTurn = Math.ceil(TURN / writers);
  const { keys } = load;
  let at = from;
  const until = performance.now() + ms;
  const run = async (): Promise<void> => {
    for (let own = 1; performance.now() < until; own++) {
      const acknowledged = taker.write(keys[at % keys.length] ?? '', itemOf(at));
      at++;
      if (acknowledged !== undefined) await acknowledged;
      if (own % ownTurn === 0) await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: writers }, run));
  return at - from;
}

function itemOf(at: number): Item {
  return { id: at, name: `item number ${at}`, price: at / 100 };
}
