import fc from 'fast-check';
import { type Cache, CacheTransaction } from 'nuthatch/engine';
import { openCache, openStored } from '../support/caches.js';
import { type Eviction, Level, ModelCache } from './model.js';

const KEYS = ['a', 'b', 'c:1', 'c:2'] as const;
const TAG_OF: Readonly<Record<string, string>> = { a: 'x', b: 'x', 'c:1': 'y', 'c:2': 'y' };

/** An operation on the cache, and what it is in the model. */
type Operation =
  | { readonly type: 'set' | 'delete' | 'read' | 'load'; readonly key: string }
  | { readonly type: 'evict'; readonly how: keyof typeof EVICTIONS };
/** `end`: how a savepoint ends. */
type Step =
  Operation | { readonly type: 'savepoint'; readonly steps: readonly Operation[]; readonly end: End };
type End = 'kept' | 'dropped';

interface Program {
  readonly transactions: readonly { readonly steps: readonly Step[]; readonly end: End }[];
  readonly outside: readonly Operation[];
  /** Who is next: one of the transactions, or those outside of them. */
  readonly turns: readonly number[];
}

const EVICTIONS = {
  tag: { run: (cache) => cache.invalidateTags('x'), kind: 'mark', matches: (key) => TAG_OF[key] === 'x' },
  pattern: { run: (cache) => cache.invalidateMatching('*:1'), kind: 'mark', matches: (key) => key === 'c:1' },
  namespace: { run: (cache) => cache.bumpVersion('c'), kind: 'mark', matches: (key) => key.startsWith('c:') },
  key: { run: (cache) => cache.invalidateMatching('b'), kind: 'key', matches: (key) => key === 'b' },
  expire: { run: (cache) => cache.expire('a'), kind: 'key', matches: (key) => key === 'a' },
  clear: { run: (cache) => cache.clear(), kind: 'all', matches: () => true },
} satisfies Record<string, Eviction & { readonly run: (cache: Cache<number>) => Promise<unknown> }>;

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('set', 'delete', 'read', 'load'),
      key: fc.constantFrom(...KEYS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('evict' as const), how: fc.constantFrom(...nameOf(EVICTIONS)) }),
  },
);
const end = fc.constantFrom<End>('kept', 'kept', 'dropped');
const savepoint = fc.record({
  type: fc.constant('savepoint' as const),
  steps: fc.array(operation, { maxLength: 4 }),
  end,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: operation },
  { weight: 1, arbitrary: savepoint },
);
const program: fc.Arbitrary<Program> = fc.record({
  transactions: fc.array(fc.record({ steps: fc.array(step, { maxLength: 7 }), end }), {
    minLength: 1,
    maxLength: 3,
  }),
  outside: fc.array(operation, { maxLength: 6 }),
  turns: fc.array(fc.nat({ max: 3 }), { maxLength: 40 }),
});

function nameOf<T extends object>(register: T): (keyof T)[] {
  // A literal has no other keys.
  return Object.keys(register) as (keyof T)[];
}

/** Somebody who does one thing in each of his turns, and nothing in between. */
class Actor {
  #go: () => void = () => undefined;
  #stopped: () => void = () => undefined;
  isOver = false;

  /** To be awaited before each act: waits for the next turn. */
  async turn(): Promise<void> {
    const gate = new Promise<void>((resolve) => (this.#go = resolve));
    this.#stopped();
    await gate;
  }

  over(): void {
    this.isOver = true;
    this.#stopped();
  }

  /** Lets him act; resolves when he waits again, or is through. */
  async act(): Promise<void> {
    const stopped = new Promise<void>((resolve) => (this.#stopped = resolve));
    this.#go();
    await stopped;
  }
}

class RolledBack extends Error {}

/** One run of a program, in the cache and in the model beside it. */
class Run {
  readonly model = new ModelCache();
  /** What may be seen while somebody acts, beside what was there before and after. */
  between: ReadonlyMap<string, number> | undefined;
  #lastValue = 0;
  readonly #failures: unknown[] = [];

  constructor(
    readonly cache: Cache<number>,
    readonly hasStore: boolean,
  ) {}

  async play({ transactions, outside, turns }: Program): Promise<void> {
    const actors = [
      ...transactions.map(({ steps, end: how }) =>
        this.#start((actor) => this.#transaction(actor, steps, how)),
      ),
      this.#start((actor) => this.#outside(actor, outside)),
    ];
    const order = [...turns, ...actors.flatMap((_, index) => Array.from({ length: 60 }, () => index))];
    for (const index of order) {
      const actor = actors[index % actors.length];
      if (actor !== undefined && !actor.isOver) await this.#watched(actor);
    }
    expect(actors.map(({ isOver }) => isOver)).not.toContain(false);
  }

  #start(play: (actor: Actor) => Promise<void>): Actor {
    const actor = new Actor();
    const failed = (error: unknown): void => void this.#failures.push(error);
    void play(actor)
      .catch(failed)
      .finally(() => actor.over());
    return actor;
  }

  /** Looks at the cache all the time: others see what was there before an act or after it, and never a half of it. */
  async #watched(actor: Actor): Promise<void> {
    const seen = new Set([this.#seen()]);
    const before = new Map(this.model.entries);
    this.between = undefined;
    let isActing = true;
    const acting = actor.act().finally(() => (isActing = false));
    while (isActing) {
      seen.add(this.#seen());
      await undefined;
    }
    await acting;
    if (this.#failures.length > 0) throw this.#failures[0];
    seen.add(this.#seen());
    const after = shown(this.model.entries);
    expect(this.#seen()).toBe(after);
    const isWhole = (state: string): boolean => state === after || this.#isEvicting(state, before);
    expect([...seen].filter((state) => !isWhole(state))).toEqual([]);
  }

  /** Nothing that is written is there yet: all is as it was, or gone. Without a store, what is to go goes together. */
  #isEvicting(state: string, before: ReadonlyMap<string, number>): boolean {
    if (!this.hasStore) return [shown(before), shown(this.between ?? before)].includes(state);
    const keys = KEYS.map((key) => (state.includes(shown(before, [key])) ? [key] : []));
    return shown(new Map(keys.flat().map((key) => [key, before.get(key)]))) === state;
  }

  #seen(): string {
    return shown(new Map(KEYS.map((key) => [key, this.cache.peek(key)])));
  }

  async #transaction(actor: Actor, steps: readonly Step[], how: End): Promise<void> {
    await actor.turn();
    const level = new Level();
    const isKept = await this.#run(actor, { level, steps, how });
    if (isKept) this.between = this.model.commit(level);
  }

  async #run(
    actor: Actor,
    { level, steps, how }: { level: Level; steps: readonly Step[]; how: End },
  ): Promise<boolean> {
    const run = CacheTransaction.run(async () => {
      for (const each of steps) {
        await actor.turn();
        if (each.type === 'savepoint') await this.#savepoint(actor, level, each);
        else await this.#inside(level, each);
      }
      await actor.turn();
      if (how === 'dropped') throw new RolledBack();
    });
    try {
      await run;
      return true;
    } catch (error) {
      if (error instanceof RolledBack) return false;
      throw error;
    }
  }

  async #savepoint(
    actor: Actor,
    around: Level,
    { steps, end: how }: Extract<Step, { type: 'savepoint' }>,
  ): Promise<void> {
    const level = new Level(around);
    if (await this.#run(actor, { level, steps, how })) around.absorb(level);
  }

  async #inside(level: Level, act: Operation): Promise<void> {
    const { cache, model } = this;
    if (act.type === 'evict') {
      level.evict(EVICTIONS[act.how]);
      await EVICTIONS[act.how].run(cache);
      return;
    }
    const { key } = act;
    const known = model.view(level, key);
    if (act.type === 'read')
      expect([await cache.get(key), await cache.has(key)]).toEqual([known, known !== undefined]);
    if (act.type === 'load') {
      const loaded = known ?? ++this.#lastValue;
      expect(await cache.getOrLoad(key, () => loaded, { tags: tagsOf(key) })).toBe(loaded);
      if (known === undefined) level.loaded.set(key, loaded);
    }
    if (act.type === 'delete') expect(await cache.delete(key)).toBe(known !== undefined);
    if (act.type === 'delete') level.write(key, undefined, model.tick());
    if (act.type === 'set') {
      level.write(key, ++this.#lastValue, model.tick());
      await cache.set(key, this.#lastValue, { tags: tagsOf(key) });
    }
  }

  async #outside(actor: Actor, acts: readonly Operation[]): Promise<void> {
    const { cache, model } = this;
    for (const act of acts) {
      await actor.turn();
      if (act.type === 'evict') {
        await EVICTIONS[act.how].run(cache);
        model.evict(EVICTIONS[act.how]);
      } else if (act.type === 'set') {
        await cache.set(act.key, ++this.#lastValue, { tags: tagsOf(act.key) });
        model.write(act.key, this.#lastValue);
      } else if (act.type === 'delete') {
        await cache.delete(act.key);
        model.write(act.key, undefined);
      } else {
        expect(await cache.get(act.key)).toBe(model.entries.get(act.key));
      }
    }
    await actor.turn();
  }
}

function tagsOf(key: string): string[] {
  return [TAG_OF[key] ?? ''];
}

function shown(entries: ReadonlyMap<string, number | undefined>, keys: readonly string[] = KEYS): string {
  return keys.map((key) => `${key}=${entries.get(key) ?? '-'}`).join(' ');
}

describe('transactions against a model', () => {
  const openers = {
    'in memory': () => openCache<number>(),
    'with a store': () => openStored<number>(),
    'with write-back': () => openStored<number>({ writePolicy: 'writeBack' }),
  };
  const runs = Number(process.env['NUTHATCH_RUNS'] ?? 300);

  it.each(nameOf(openers))('are seen inside, and by others as a whole or not at all, %s', async (name) => {
    const seed = Number(process.env['NUTHATCH_SEED'] ?? Date.now() % 2 ** 31);
    console.info(`seed ${seed}`);
    const property = fc.asyncProperty(program, async (given) => {
      const { cache } = await openers[name]();
      await new Run(cache, name !== 'in memory').play(given);
      await cache.close();
    });
    await fc.assert(property, { seed, numRuns: runs });
  });
});
