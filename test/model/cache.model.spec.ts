import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  type Cache,
  CacheError,
  createCache,
  DeleteCommand,
  evictionStrategies,
  type EvictionName,
  MapStore,
  richCodec,
  type Row,
  SetCommand,
  type Snapshot,
  type WriteOptions,
  writePolicies,
  type WritePolicyName,
} from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import { coverOf } from '../../libs/engine/src/store/invalidation-list.js';
// Audits every table when its cache is closed.
import '../support/caches.js';

const KEYS = ['owl', 'wren', 'jay', 'emu', 'tit', 'bat'];
const TAGS = ['night', 'day'];
const HISTORY_LIMIT = 4;
const RUNS = 400;
const codec = richCodec();

/** What anybody would expect to be there. */
interface Entry {
  readonly value: unknown;
  readonly until: number;
  readonly tags: readonly string[];
}

interface Step {
  readonly key: string;
  readonly former: Entry | undefined;
  /** How often somebody else had changed the key before. */
  readonly foreign: number;
}

interface Saved {
  readonly entries: Map<string, Entry>;
  readonly at: number;
  readonly eviction: string;
  readonly policy: string | undefined;
}

/** A map and a clock: slow, and obviously right. */
class Model {
  entries = new Map<string, Entry>();
  now = 0;
  reads = 0;
  undos: Step[] = [];
  redos: Step[] = [];
  eviction = 'adaptive';
  policy: string | undefined;
  saved: Saved | undefined;
  readonly #foreign = new Map<string, number>();

  find(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.until > this.now ? entry : undefined;
  }

  entry(value: unknown, { ttl, tags = [] }: WriteOptions): Entry {
    return { value, until: this.now + (typeof ttl === 'number' ? ttl : Infinity), tags };
  }

  put(key: string, entry: Entry | undefined): void {
    if (entry === undefined) this.entries.delete(key);
    else this.entries.set(key, entry);
  }

  /** A change that is none of the history's. */
  change(key: string, entry: Entry | undefined): void {
    this.#foreign.set(key, this.#foreignOf(key) + 1);
    this.put(key, entry);
  }

  run(key: string, entry: Entry | undefined): void {
    this.undos.push(this.#exchange(key, entry));
    this.undos = this.undos.slice(-HISTORY_LIMIT);
    this.redos = [];
  }

  /** Undo and redo: whether there was a step, or `conflict`. */
  move(from: Step[], to: Step[]): boolean | 'conflict' {
    const step = from.at(-1);
    if (step === undefined) return false;
    from.pop();
    if (step.foreign !== this.#foreignOf(step.key)) return 'conflict';
    to.push(this.#exchange(step.key, step.former));
    return true;
  }

  /** What is gone is not brought back by undo or redo either. */
  invalidate(tags: readonly string[]): void {
    const isGone = (entry: Entry | undefined) => entry?.tags.some((tag) => tags.includes(tag)) ?? false;
    for (const [key, entry] of this.entries) if (isGone(entry)) this.entries.delete(key);
    const withoutGone = (step: Step): Step => (isGone(step.former) ? { ...step, former: undefined } : step);
    this.undos = this.undos.map(withoutGone);
    this.redos = this.redos.map(withoutGone);
  }

  clear(): void {
    for (const key of KEYS) this.change(key, undefined);
  }

  save(): void {
    const living = [...this.entries].filter(([, { until }]) => until > this.now);
    this.saved = { entries: new Map(living), at: this.now, eviction: this.eviction, policy: this.policy };
  }

  restore({ entries, at, eviction, policy }: Saved): void {
    this.clear();
    for (const [key, entry] of entries) this.put(key, { ...entry, until: entry.until - at + this.now });
    [this.eviction, this.policy, this.undos, this.redos] = [eviction, policy, [], []];
  }

  living(): Map<string, Entry> {
    return new Map([...this.entries].filter(([key]) => this.find(key) !== undefined));
  }

  #exchange(key: string, entry: Entry | undefined): Step {
    const step = { key, former: this.find(key), foreign: this.#foreignOf(key) };
    this.put(key, entry);
    return step;
  }

  #foreignOf(key: string): number {
    return this.#foreign.get(key) ?? 0;
  }
}

/** The cache under test, with what belongs to it. */
interface Real {
  readonly cache: Cache;
  readonly clock: FakeClock;
  readonly rows: Map<string, Row> | undefined;
  readonly store: MapStore | undefined;
  snapshot: Snapshot | undefined;
}

/** A random act, done to both and compared. */
class Act implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #act: (model: Model, real: Real) => Promise<void>;

  constructor(name: string, act: (model: Model, real: Real) => Promise<void>) {
    this.#name = name;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): Promise<void> {
    return this.#act(model, real);
  }

  toString(): string {
    return this.#name;
  }
}

function same(what: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  expect({ [what]: found }).toEqual({ [what]: expected });
}

const key = fc.constantFrom(...KEYS);
const value = fc.oneof(fc.nat(99), fc.constantFrom<unknown[]>(undefined, null, '', NaN, { deep: [1] }));
const options: fc.Arbitrary<WriteOptions> = fc.record({
  ttl: fc.constantFrom(Infinity, 10, 100, 1000),
  tags: fc.subarray(TAGS),
});

const reads = [
  key.map(
    (key) =>
      new Act(`get ${key}`, async (model, { cache }) => {
        model.reads++;
        same(`get ${key}`, await cache.get(key), model.find(key)?.value);
      }),
  ),
  key.map(
    (key) =>
      new Act(`has ${key}`, async (model, { cache }) => {
        same(`has ${key}`, await cache.has(key), model.find(key) !== undefined);
      }),
  ),
  fc.constant(
    new Act('getMany', async (model, { cache }) => {
      model.reads += KEYS.length;
      const expected = new Map(Array.from(model.living(), ([key, entry]) => [key, entry.value]));
      same('getMany', await cache.getMany(KEYS), expected);
    }),
  ),
  fc.tuple(key, value, options).map(
    ([key, value, options]) =>
      new Act(`load ${key}`, async (model, { cache }) => {
        model.reads++;
        const present = model.find(key);
        const expected = present === undefined ? value : present.value;
        same(`load ${key}`, await cache.getOrLoad(key, () => value, options), expected);
        if (present === undefined) model.put(key, model.entry(value, options));
        await settle();
      }),
  ),
];

const writes = [
  fc.tuple(key, value, options).map(
    ([key, value, options]) =>
      new Act(`set ${key} ${fc.stringify([value, options])}`, async (model, { cache }) => {
        await cache.set(key, value, options);
        model.change(key, model.entry(value, options));
      }),
  ),
  key.map(
    (key) =>
      new Act(`delete ${key}`, async (model, { cache }) => {
        same(`delete ${key}`, await cache.delete(key), model.find(key) !== undefined);
        model.change(key, undefined);
      }),
  ),
  fc.tuple(fc.uniqueArray(key), value, options).map(
    ([keys, value, options]) =>
      new Act(`setMany ${keys.join()}`, async (model, { cache }) => {
        await cache.setMany(
          keys.map((key) => [key, value]),
          options,
        );
        for (const key of keys) model.change(key, model.entry(value, options));
      }),
  ),
  fc.subarray(TAGS, { minLength: 1 }).map(
    (tags) =>
      new Act(`invalidateTags ${tags.join()}`, async (model, { cache }) => {
        await cache.invalidateTags(...tags);
        model.invalidate(tags);
      }),
  ),
  fc.constant(
    new Act('clear', async (model, { cache }) => {
      await cache.clear();
      model.clear();
    }),
  ),
];

async function outcomeOf(moving: Promise<boolean>): Promise<boolean | 'conflict'> {
  try {
    return await moving;
  } catch (error) {
    if (error instanceof CacheError && error.code === 'undo_conflict') return 'conflict';
    throw error;
  }
}

const commands = [
  fc.tuple(key, value, options).map(
    ([key, value, options]) =>
      new Act(`run set ${key} ${fc.stringify([value, options])}`, async (model, { cache }) => {
        await cache.run(new SetCommand(key, value, options));
        model.run(key, model.entry(value, options));
      }),
  ),
  key.map(
    (key) =>
      new Act(`run delete ${key}`, async (model, { cache }) => {
        await cache.run(new DeleteCommand(key));
        model.run(key, undefined);
      }),
  ),
  fc.constant(
    new Act('undo', async (model, { cache }) => {
      same('undo', await outcomeOf(cache.undo()), model.move(model.undos, model.redos));
    }),
  ),
  fc.constant(
    new Act('redo', async (model, { cache }) => {
      same('redo', await outcomeOf(cache.redo()), model.move(model.redos, model.undos));
    }),
  ),
];

const others = [
  fc.constant(
    new Act('snapshot', async (model, real) => {
      real.snapshot = await real.cache.snapshot();
      model.save();
    }),
  ),
  fc.constant(
    new Act('restore', async (model, { cache, snapshot }) => {
      if (snapshot === undefined || model.saved === undefined) return;
      await cache.restore(snapshot);
      model.restore(model.saved);
      same(
        'names',
        [cache.info().eviction.strategy, cache.info().writePolicy],
        [model.eviction, model.policy],
      );
    }),
  ),
  fc.constantFrom(...(Object.keys(evictionStrategies) as EvictionName[])).map(
    (name) =>
      new Act(`swapEviction ${name}`, async (model, { cache }) => {
        cache.swapEviction(name);
        model.eviction = name;
      }),
  ),
  fc.constantFrom(...(Object.keys(writePolicies) as WritePolicyName[])).map(
    (name) =>
      new Act(`swapWritePolicy ${name}`, async (model, { cache, rows }) => {
        if (rows === undefined) return;
        await cache.swapWritePolicy(name);
        model.policy = name;
      }),
  ),
  fc.constant(
    new Act('flush', async (_model, { cache }) => {
      await cache.flush();
      same('pending', cache.metrics().dirty_writes_pending, 0);
    }),
  ),
  fc.constantFrom(1, 9, 10, 90, 1000).map(
    (ms) =>
      new Act(`advance ${ms}`, async (model, { clock }) => {
        await clock.advanceAsync(ms);
        model.now += ms;
      }),
  ),
  fc.integer({ min: 1, max: KEYS.length }).map(
    (items) =>
      new Act(`resize ${items}`, async (_model, { cache, rows }) => {
        // Without a store what is evicted is gone, and the model does not evict.
        cache.resize({ maxItems: rows === undefined ? KEYS.length : items });
      }),
  ),
];

async function open(policy: WritePolicyName | undefined): Promise<{ model: Model; real: Real }> {
  const clock = new FakeClock();
  const rows = policy && new Map<string, Row>();
  const store = rows && new MapStore({}, rows);
  const cache = await createCache({
    clock,
    historyLimit: HISTORY_LIMIT,
    maxItems: rows === undefined ? KEYS.length : 2,
    ...(store && { store, writePolicy: policy, writeBack: { flushInterval: 50 } }),
  });
  const model = new Model();
  model.policy = policy;
  return { model, real: { cache, clock, rows, store, snapshot: undefined } };
}

/** Closes the cache, and compares what the store then has with the model. */
async function close(model: Model, { cache, clock, rows, store }: Real): Promise<void> {
  const { hits, misses } = cache.metrics();
  same('reads', hits + misses, model.reads);
  const report = await cache.close();
  same('left', report.left, 0);
  same('timers', clock.timers, 0);
  if (rows === undefined) return;
  // What was pending when it was invalidated is stored, and hidden.
  const covers = ((await store?.invalidations()) ?? []).map(coverOf);
  const living = [...rows.values()].filter(
    (row) => (row.expiresAt ?? Infinity) > clock.wallNow() && !covers.some((covered) => covered(row)),
  );
  const offset = clock.wallNow() - clock.now();
  const stored = living.map(({ key, value, expiresAt, tags }) => {
    const until = expiresAt === undefined ? Infinity : expiresAt - offset;
    return [key, { value: codec.decode(value), until, tags }] as const;
  });
  same('rows', new Map(stored), model.living());
}

describe.each(['no store', 'writeThrough', 'writeBack', 'writeAround'] as const)(
  'a cache with %s',
  (kind) => {
    it(`does what a map and a clock do, in ${RUNS} runs of random commands`, async () => {
      const acts = fc.commands([...reads, ...writes, ...commands, ...others], {
        maxCommands: 60,
        size: 'max',
      });
      const property = fc.asyncProperty(acts, async (run) => {
        const { model, real } = await open(kind === 'no store' ? undefined : kind);
        await fc.asyncModelRun(() => ({ model, real }), run);
        await close(model, real);
      });
      // A counterexample is printed with its seed and path.
      await fc.assert(property, { numRuns: RUNS });
    }, 30_000);
  },
);
