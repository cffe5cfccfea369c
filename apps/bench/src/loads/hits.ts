import { promiseHooks } from 'node:v8';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { seededRandom } from 'nuthatch/engine';
import type { Stopwatch } from '../child/stopwatch.js';
import type { Value } from '../field/contestant.js';
import { median } from '../statistics/median.js';
import type { Subject } from './contestants.js';

/** How many keys are there, and are asked for uniformly. */
export const RESIDENTS = 10_000;

const DRAWS = 2 ** 16;
/** Hits between two turns of the event loop, so that the timers of a cache run. */
const CHUNK = 2048;
/** Few enough that nothing is collected while what they allocate is counted. */
const COUNTED = 4000;
const COUNTS = 15;

/** The call that is measured. */
type Ask = (key: string) => Promise<Value | undefined>;

/** A cache that is full, and only asked for what it has. */
export class Hits {
  readonly #ask: Ask;
  readonly #keys: readonly string[];
  #made = 0;

  private constructor(subject: Subject, keys: readonly string[]) {
    this.#ask = (key) => subject.getOrLoad(key, lost);
    this.#keys = keys;
  }

  static async fill(subject: Subject, load: (key: string) => Promise<Value>): Promise<Hits> {
    const keys = Array.from({ length: RESIDENTS }, (_, at) => `user:${at}`);
    for (const key of keys) await subject.getOrLoad(key, () => load(key));
    const random = seededRandom(2026);
    return new Hits(
      subject,
      Array.from({ length: DRAWS }, () => keys[Math.floor(random.next() * RESIDENTS)] as string),
    );
  }

  /** Hits per second of one caller that waits for each before it makes the next. */
  async perSecond(ms: number, stopwatch: Stopwatch): Promise<number> {
    const first = this.#made;
    const roughStartMs = stopwatch.roughNow();
    const startMs = stopwatch.now();
    do {
      await this.#run(this.#ask, CHUNK);
      await turnOfTheLoop();
    } while (stopwatch.roughNow() - roughStartMs < ms);
    return (1000 * (this.#made - first)) / (stopwatch.now() - startMs);
  }

  /** Bytes that one hit allocates, beside what it takes to wait for a promise. */
  async bytes(): Promise<number> {
    const settled = Promise.resolve({ id: 0, name: '' });
    await this.#run(this.#ask, 20 * COUNTED);
    await this.#run(() => settled, 20 * COUNTED);
    const figures: number[] = [];
    for (let count = 0; count < COUNTS; count++)
      figures.push((await this.#allocated(this.#ask)) - (await this.#allocated(() => settled)));
    return median(figures) / COUNTED;
  }

  /** Promises that one hit makes, as V8 tells of them: whoever waits for another's makes one more. */
  async promises(): Promise<number> {
    let made = 0;
    const stop = promiseHooks.onInit(() => made++) as () => void;
    for (let at = 0; at < COUNTED; at++) void this.#ask(this.#keys[at] as string);
    await turnOfTheLoop();
    stop();
    // This function has waited once, for one promise.
    return Math.floor(made / COUNTED);
  }

  /** The event loop turns before, so that it does nothing else meanwhile. @throws Error where something was collected. */
  async #allocated(ask: Ask): Promise<number> {
    await turnOfTheLoop();
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    await this.#run(ask, COUNTED);
    const after = process.memoryUsage().heapUsed;
    if (after < before) throw new Error('something was collected while allocations were counted');
    return after - before;
  }

  async #run(ask: Ask, count: number): Promise<void> {
    const keys = this.#keys;
    let found = 0;
    for (let at = this.#made; at < this.#made + count; at++)
      if ((await ask(keys[at % DRAWS] as string)) !== undefined) found++;
    this.#made += count;
    if (found < count) throw new Error(`only ${found} of ${count} keys were found`);
  }
}

function lost(): never {
  throw new Error('a key is loaded that was there');
}
