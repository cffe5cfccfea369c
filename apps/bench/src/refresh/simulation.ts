import { type Cache, createCache, type Random, seededRandom } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { zipfRanks } from '../zipf.js';
import { type Loaded, Origin } from './origin.js';
import type { Strategy } from './strategies.js';

/** What is simulated; times are of the simulated clock. */
export interface Scenario {
  readonly seed: number;
  /** Processes, each with a cache of its own in front of the same origin. */
  readonly caches: number;
  /** Asked for by zipf's law, exponent 0.99. */
  readonly keys: number;
  /** Of all caches together; they come at random. */
  readonly requestsPerSecond: number;
  readonly ttlMs: number;
  readonly latencyMs: number;
  /** Lives of an entry that pass before anything is counted, and while it is. */
  readonly warmUpLives: number;
  readonly lives: number;
}

/** What came of it. */
export interface Outcome {
  readonly strategy: string;
  readonly requests: number;
  /** Callers who waited for a load: of all keys, and of the hottest. */
  readonly waited: number;
  readonly waitedForHot: number;
  readonly originCalls: number;
  /** Most calls of the origin that ran at the same time for one key. */
  readonly herd: number;
  /** Of the values that were answered, since the origin gave them. */
  readonly meanAgeMs: number;
}

/** How many of the keys are the hottest. */
export const HOT_KEYS = 5;
/** Microtasks in which a value that is in memory has been answered. */
const TICKS = 8;

/** Sends the same requests at the same moments to caches of the strategy. Takes no real time but that of the processor. */
export async function simulate(scenario: Scenario, strategy: Strategy): Promise<Outcome> {
  const clock = new FakeClock();
  const origin = new Origin(clock, scenario.latencyMs);
  const caches = await openCaches(scenario, strategy, clock);
  const crowd = new Crowd(clock, origin, caches);
  const requests = requestsOf(scenario);
  const warmUpMs = scenario.warmUpLives * scenario.ttlMs;
  let isCounting = false;
  for (const { afterMs, cache, rank } of requests) {
    await clock.advanceAsync(afterMs);
    if (!isCounting && clock.now() >= warmUpMs) {
      isCounting = true;
      origin.count();
      crowd.count();
    }
    await crowd.ask(cache, rank);
  }
  await clock.advanceAsync(scenario.latencyMs);
  for (const cache of caches) await cache.close();
  const { asked, waited, waitedForHot, meanAgeMs } = crowd;
  return {
    strategy: strategy.name,
    requests: asked,
    waited,
    waitedForHot,
    originCalls: origin.calls,
    herd: origin.herd,
    meanAgeMs,
  };
}

interface Asked {
  readonly askedAt: number;
  readonly rank: number;
}

/** Those who ask. */
class Crowd {
  asked = 0;
  waited = 0;
  waitedForHot = 0;
  #ageMs = 0;
  #answered = 0;
  #since = 0;
  readonly #clock: FakeClock;
  readonly #origin: Origin;
  readonly #caches: readonly Cache<Loaded>[];

  constructor(clock: FakeClock, origin: Origin, caches: readonly Cache<Loaded>[]) {
    this.#clock = clock;
    this.#origin = origin;
    this.#caches = caches;
  }

  get meanAgeMs(): number {
    return this.#ageMs / this.#answered;
  }

  /** Forgets what was counted, and those who have asked before. */
  count(): void {
    this.#since = this.#clock.now();
    [this.asked, this.waited, this.waitedForHot, this.#ageMs, this.#answered] = [0, 0, 0, 0, 0];
  }

  /** Resolves when the caller is answered, or waits. */
  async ask(at: number, rank: number): Promise<void> {
    const key = `page:${rank}`;
    const askedAt = this.#clock.now();
    this.asked++;
    let isAnswered = false;
    const answer = (this.#caches[at] as Cache<Loaded>).getOrLoad(key, () => this.#origin.load(key));
    void answer.then((loaded) => {
      isAnswered = true;
      this.#note({ askedAt, rank }, loaded);
    });
    for (let tick = 0; tick < TICKS && !isAnswered; tick++) await undefined;
    if (!isAnswered) await turnOfTheLoop();
  }

  #note({ askedAt, rank }: Asked, loaded: Loaded): void {
    if (askedAt < this.#since) return;
    const now = this.#clock.now();
    if (now > askedAt) this.waited++;
    if (now > askedAt && rank < HOT_KEYS) this.waitedForHot++;
    this.#ageMs += now - loaded.at;
    this.#answered++;
  }
}

function openCaches(
  { caches, seed, ttlMs: ttl, keys }: Scenario,
  { options }: Strategy,
  clock: FakeClock,
): Promise<Cache<Loaded>[]> {
  const opening = Array.from({ length: caches }, (_, at) =>
    createCache<Loaded>({
      ...options,
      name: `cache-${at}`,
      maxItems: keys,
      eviction: 'lru',
      ttl,
      clock,
      random: seededRandom(seed + at + 1),
      ttlResolutionMs: 0,
      // What nobody reads may stay: the clock then has few timers to run.
      sweepIntervalMs: ttl,
    }),
  );
  return Promise.all(opening);
}

interface Request {
  readonly afterMs: number;
  readonly cache: number;
  /** Of its key: 0 is the hottest. */
  readonly rank: number;
}

function* requestsOf(scenario: Scenario): Generator<Request, void> {
  const { seed, caches, keys, requestsPerSecond, ttlMs, warmUpLives, lives } = scenario;
  const random = seededRandom(seed);
  const draws = Math.round(((warmUpLives + lives) * ttlMs * requestsPerSecond) / 1000);
  for (const rank of zipfRanks({ items: keys, draws, exponent: 0.99, random })) {
    const afterMs = untilNext(requestsPerSecond, random);
    yield { afterMs, cache: Math.floor(random.next() * caches), rank };
  }
}

/** As long as between two of those who come independently of each other. */
function untilNext(perSecond: number, random: Random): number {
  return (-Math.log(1 - random.next()) * 1000) / perSecond;
}
