import type { Cache, Random } from 'nuthatch/engine';
import type { JournalOfKeys } from './journal-of-keys.js';
import { ALL, anyGroup, FREE, keysOf, tagOf, tagsOf } from './keys.js';
import type { ParentLine } from './parent-line.js';
import { now, type Read, type Wait } from './protocol.js';
import type { Stillness } from './stillness.js';
import type { Versioned } from './versioned.js';

/** What the callers of a process work with. */
export interface CallerParts {
  readonly cache: Cache<Versioned>;
  readonly line: ParentLine;
  readonly random: Random;
  readonly journal: JournalOfKeys;
  readonly stillness: Stillness;
}

type Found = ReadonlyMap<string, Versioned | undefined>;

/** One loader in so many takes its time after it has read the source: that is when something else may happen. */
const SLOW_OF = 4;
const SLOW_MS = 150;

/** Reads in every way there is, and reports what was found. */
export class Reads {
  readonly #parts: CallerParts;
  #reads: Read[] = [];
  #operations = 0;
  #longest: Wait = { how: '', endedAt: 0, ms: 0 };

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  /** Reads one key or several, in a way that is left to chance. */
  async one(): Promise<void> {
    const { cache, random } = this.#parts;
    const keys = random.next() < 0.5 ? FREE : ALL;
    const key = keys[Math.floor(random.next() * keys.length)] ?? '';
    const chance = random.next();
    if (chance < 0.6) return this.#timed('getOrLoad', async () => one(key, await this.load(key)));
    if (chance < 0.8) return this.#timed('get', async () => one(key, await cache.get(key)));
    const group = anyGroup(random.next());
    if (chance < 0.9) return this.#timed('getMany', () => cache.getMany(keysOf(group)));
    return this.#timed('getManyOrLoad', () => this.#loadGroup(group));
  }

  load(key: string): Promise<Versioned> {
    return this.#parts.cache.getOrLoad(
      key,
      async () => {
        const [version = 0] = await this.#source([key]);
        return { key, version };
      },
      { tags: tagsOf(key) },
    );
  }

  /** Something has kept its caller waiting. */
  waited(wait: Wait): void {
    this.#operations++;
    if (wait.ms > this.#longest.ms) this.#longest = wait;
  }

  /** Tells the parent what was found since the last time. */
  report(): void {
    const { line } = this.#parts;
    if (this.#operations === 0) return;
    line.say({ kind: 'reads', reads: this.#reads, operations: this.#operations, wait: this.#longest });
    this.#reads = [];
    this.#operations = 0;
    this.#longest = { how: '', endedAt: 0, ms: 0 };
  }

  #loadGroup(group: number): Promise<Found> {
    const load = async (keys: readonly string[]): Promise<Map<string, Versioned>> => {
      const versions = await this.#source(keys);
      return new Map(keys.map((key, at) => [key, { key, version: versions[at] ?? 0 }]));
    };
    return this.#parts.cache.getManyOrLoad(keysOf(group), load, { tags: [tagOf(group)] });
  }

  async #source(keys: readonly string[]): Promise<readonly number[]> {
    const { line, random, journal } = this.#parts;
    const versions = await line.ask({ kind: 'read', keys });
    for (const [at, key] of keys.entries()) journal.note(key, `${now().toFixed(0)} source ${versions[at]}`);
    const slow = random.next() * SLOW_OF < 1;
    if (slow) await new Promise((resolve) => setTimeout(resolve, random.next() * SLOW_MS));
    return versions;
  }

  async #timed(how: string, read: () => Promise<Found>): Promise<void> {
    const { stillness, journal, line } = this.#parts;
    const [begunAt, stillMs, wasLinked] = [now(), stillness.totalMs, journal.isLinked];
    try {
      const found = await read();
      const isUnlinked = !wasLinked && !journal.isLinked;
      const endedAt = now();
      for (const [key, value] of found) this.#found(value, { key, begunAt, endedAt, how, isUnlinked });
    } catch (error) {
      line.failed(how, error);
    }
    const endedAt = now();
    this.waited({ how, endedAt, ms: endedAt - begunAt - (stillness.totalMs - stillMs) });
  }

  #found(value: Versioned | undefined, read: Omit<Read, 'version'>): void {
    if (value !== undefined && value.key !== read.key)
      this.#parts.line.failed(read.how, new Error(`of ${read.key} it answered ${value.key}`));
    this.#reads.push({ ...read, version: value?.version });
  }
}

function one(key: string, value: Versioned | undefined): Found {
  return new Map([[key, value]]);
}
