import { type Cache, type CacheOptions, createCache } from 'nuthatch/engine';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import { type Deed, KEYS, PROCESSES, type Step, TAGS } from './steps.js';
import { Truth } from './truth.js';

/** Time goes by in steps of so much, and all that is due runs in between. */
const STEP_MS = 50;
/** A call that has not ended by then hangs. */
const LONGEST_CALL_MS = 5000;
/** By then everything has been made up for. */
const HEALED_MS = 8000;

/** What is planted: so many messages of the bus are lost, and nobody notices. */
export interface Planted {
  readonly drops?: number;
}

/** Several processes with a shared tier, on one clock that stands still until it is told to go on. */
export class World {
  readonly breaches: string[] = [];
  readonly #clock = new FakeClock();
  readonly #tier = new LocalTier(this.#clock);
  readonly #truth = new Truth();
  #caches: readonly Cache<number>[] = [];

  /** @param optionsOf each process. */
  async open(optionsOf: () => CacheOptions<number>, { drops = 0 }: Planted): Promise<void> {
    const options = { clock: this.#clock, sharedTier: this.#tier, maxItems: 2, hardTimeout: '20s' } as const;
    const opening = Array.from({ length: PROCESSES }, () =>
      createCache<number>({ ...options, ...optionsOf() }),
    );
    this.#caches = await Promise.all(opening);
    this.#tier.bus.drop(drops);
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if ('by' in step) await this.#do(step, this.#cacheOf(step.by));
      else if (step.does === 'wait') await this.#pass(step.ms);
      else this.#fail(step.does);
      await this.#pass(1);
    }
  }

  /** All is well again, and every process has what is true. */
  async end(): Promise<void> {
    this.#tier.up();
    this.#tier.bus.mend();
    await this.#pass(HEALED_MS);
    for (const [who, cache] of this.#caches.entries())
      for (const key of KEYS) {
        const version = await this.#load(cache, key);
        if (version !== this.#truth.at(key))
          this.breaches.push(`at the end process ${who} has ${key} = ${version}, not ${this.#truth.at(key)}`);
      }
    for (const cache of this.#caches) await this.#ended(cache.close());
  }

  #cacheOf(process: number): Cache<number> {
    const cache = this.#caches[process];
    if (cache === undefined) throw new RangeError(`there is no process ${process}`);
    return cache;
  }

  #fail(fault: Exclude<Step, Deed | { does: 'wait' }>['does']): void {
    const { bus } = this.#tier;
    const faults = {
      down: () => this.#tier.down(),
      hang: () => this.#tier.hang(),
      up: () => this.#tier.up(),
      lose: () => this.#tier.lose(),
      failover: () => this.#tier.failover(),
      cut: () => bus.cut(),
      mend: () => bus.mend(),
      forget: () => bus.forget(),
    };
    faults[fault]();
  }

  async #do(deed: Deed, cache: Cache<number>): Promise<void> {
    const begunAt = this.#clock.now();
    const seen = (key: string, version: number): void => this.#see({ key, version, begunAt, by: deed.by });
    if (deed.does === 'read') seen(deed.key, await this.#load(cache, deed.key));
    else if (deed.does === 'readMany')
      for (const [key, version] of await this.#ended(cache.getMany(KEYS))) seen(key, version);
    else if (deed.does === 'flush') await this.#ended(cache.flush().catch(() => 0));
    else await this.#change(deed, cache);
  }

  async #change(deed: Deed, cache: Cache<number>): Promise<void> {
    const made: readonly [keys: readonly string[], tell: () => Promise<unknown>] = changeOf(
      deed,
      cache,
      (key) => this.#truth.at(key),
    );
    const [keys, tell] = made;
    const versions = keys.map((key) => [key, this.#truth.change(key)] as const);
    await this.#ended(tell());
    for (const [key, version] of versions) this.#truth.acknowledge(key, version, this.#clock.now());
  }

  #load(cache: Cache<number>, key: string): Promise<number> {
    return this.#ended(cache.getOrLoad(key, async () => this.#truth.at(key), { tags: tagsOf(key) }));
  }

  #see({ key, version, begunAt, by }: { key: string; version: number; begunAt: number; by: number }): void {
    const floor = this.#truth.floor(key, begunAt);
    if (version < floor)
      this.breaches.push(
        `at ${begunAt} process ${by} saw ${key} = ${version}; ${floor} was acknowledged long before`,
      );
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.#clock.advance(Math.min(STEP_MS, left));
      await settle();
    }
  }

  /** Lets time go by until a call has ended. */
  async #ended<T>(call: Promise<T>): Promise<T> {
    let isOver = false;
    const end = (): void => void (isOver = true);
    call.then(end, end);
    await settle();
    for (let ms = 0; !isOver; ms += STEP_MS) {
      if (ms > LONGEST_CALL_MS) throw new Error(`a call has not ended within ${LONGEST_CALL_MS} ms`);
      await this.#pass(STEP_MS);
    }
    return call;
  }
}

function tagsOf(key: string): string[] {
  return [TAGS[key] ?? ''];
}

/** The keys whose source has changed, and how the cache is told. */
function changeOf(
  deed: Deed,
  cache: Cache<number>,
  version: (key: string) => number,
): readonly [keys: readonly string[], tell: () => Promise<unknown>] {
  switch (deed.does) {
    case 'set':
      return [[deed.key], () => cache.set(deed.key, version(deed.key), { tags: tagsOf(deed.key) })];
    case 'delete':
      return [[deed.key], () => cache.delete(deed.key)];
    case 'tag':
      return [KEYS.filter((key) => TAGS[key] === 'one'), () => cache.invalidateTags('one')];
    case 'namespace':
      return [KEYS.filter((key) => key.startsWith('a:')), () => cache.bumpVersion('a')];
    default:
      return [KEYS, () => cache.clear()];
  }
}
