import { type Cache, createCache, type Random, seededRandom } from 'nuthatch/engine';
import { redis } from 'nuthatch/redis';
import { Changes } from './changes.js';
import { JournalOfKeys } from './journal-of-keys.js';
import { heardLate } from './late-bus.js';
import { ParentLine } from './parent-line.js';
import { planted } from './planted.js';
import type { Found, Orders, Said, Told } from './protocol.js';
import { Reads } from './reads.js';
import { Stillness } from './stillness.js';
import type { Versioned } from './versioned.js';
import { tagsOf } from './keys.js';

type Task = Extract<Told, { readonly kind: 'rest' | 'mark' | 'look' }>;

/** So many callers read at a time, and so many change something. */
const READERS = 3;
const CHANGERS = 2;
const LONGEST_READ_PAUSE_MS = 16;
const LONGEST_CHANGE_PAUSE_MS = 400;
const LOOK_MS = 20;
/** By how much later than the one before each process hears of the others. */
const LATER_MS = 40;

/** One of the processes: a cache with a memory of its own, before what all have in common. */
export class CacheProcess {
  readonly #cache: Cache<Versioned>;
  readonly #line: ParentLine;
  readonly #journal: JournalOfKeys;
  readonly #reads: Reads;
  readonly #changes: Changes;
  readonly #random: Random;
  #isResting = true;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(cache: Cache<Versioned>, line: ParentLine, { seed, at }: Orders) {
    const stillness = new Stillness();
    this.#cache = cache;
    this.#line = line;
    this.#random = seededRandom(seed + at);
    this.#journal = new JournalOfKeys((said) => line.say(said));
    cache.events$.subscribe(this.#journal.heard);
    const parts = { cache, line, random: this.#random, journal: this.#journal, stillness };
    this.#reads = new Reads(parts);
    this.#changes = new Changes({ ...parts, waited: (wait) => this.#reads.waited(wait) });
  }

  static async open(orders: Orders): Promise<CacheProcess> {
    const cache = await createCache<Versioned>({
      name: 'coherence',
      sharedTier: heardLate(planted(redis(orders.redis), orders.plant), orders.at * LATER_MS),
      // Long enough not to hide what is old; few enough that some are read from the tier again.
      ttl: '10m',
      maxItems: 180,
    });
    return new CacheProcess(cache, new ParentLine(), orders);
  }

  say(said: Said): void {
    this.#line.say(said);
  }

  async told(told: Told): Promise<void> {
    switch (told.kind) {
      case 'answer':
        return this.#line.answered(told.id, told.versions);
      case 'trace':
        return this.say({ kind: 'traced', key: told.key, lines: this.#journal.linesOf(told.key) });
      case 'overtake':
        // What is under way when all come to rest is waited for.
        if (!this.#isResting) this.#running = Promise.all([this.#running, this.#changes.overtake(told.key)]);
        return;
      case 'go':
        return this.#go();
      case 'end':
        await this.#cache.close();
        return process.exit(0);
      default:
        return this.say({ kind: 'done', id: told.id, versions: await this.#done(told) });
    }
  }

  async #done(told: Task): Promise<readonly Found[]> {
    if (told.kind === 'look') return this.#look(told.keys, told.how);
    if (told.kind === 'rest') {
      this.#isResting = true;
      await this.#running;
      this.#reads.report();
    } else
      for (const key of told.keys) await this.#cache.set(key, { key, version: 1 }, { tags: tagsOf(key) });
    return [];
  }

  #go(): void {
    this.#isResting = false;
    const reading = Array.from({ length: READERS }, () =>
      this.#over(LONGEST_READ_PAUSE_MS, () => this.#reads.one()),
    );
    const changing = Array.from({ length: CHANGERS }, () =>
      this.#over(LONGEST_CHANGE_PAUSE_MS, () => this.#changes.one()),
    );
    const reporting = this.#over(LOOK_MS, async () => this.#reads.report());
    this.#running = Promise.all([...reading, ...changing, reporting]);
  }

  async #over(longestPauseMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.#isResting) {
      await act();
      await new Promise((resolve) => setTimeout(resolve, this.#random.next() * longestPauseMs));
    }
  }

  async #look(keys: readonly string[], how: 'get' | 'load'): Promise<Found[]> {
    const found: Found[] = [];
    for (const key of keys) {
      const value = how === 'get' ? await this.#cache.get(key) : await this.#reads.load(key);
      found.push(value?.version ?? null);
    }
    return found;
  }
}
