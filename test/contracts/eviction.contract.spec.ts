import fc from 'fast-check';
import {
  type EvictionContext,
  type EvictionName,
  type EvictionStrategy,
  MemoryCache,
  evictionStrategies,
  seededRandom,
  type Slot,
} from 'nuthatch/engine';

const names = Object.keys(evictionStrategies) as EvictionName[];
const SLOTS = 40;

/** A cache in name only: it keeps the facts that strategies may read, and holds them to their contract at every step. */
class Residence {
  readonly #facts = new Map<Slot, { weight: number; expiresAt: number; writtenAt: number; hits: number }>();
  #name: EvictionName;
  #strategy: EvictionStrategy;
  #capacity = SLOTS;
  #now = 0;

  constructor(name: EvictionName) {
    this.#name = name;
    this.#strategy = this.#create(name);
  }

  insert(slot: Slot, lifeMs: number): void {
    if (this.#facts.has(slot)) return this.overwrite(slot, lifeMs);
    this.#facts.set(slot, { weight: slot, expiresAt: this.#now + lifeMs, writtenAt: this.#now, hits: 0 });
    this.#strategy.onInsert(slot);
  }

  overwrite(slot: Slot, lifeMs: number): void {
    Object.assign(this.#factsOf(slot), { expiresAt: this.#now + lifeMs, writtenAt: this.#now });
    this.#strategy.onAccess(slot);
  }

  access(slot: Slot): void {
    if (!this.#facts.has(slot)) return;
    this.#factsOf(slot).hits++;
    this.#strategy.onAccess(slot);
  }

  remove(slot: Slot): void {
    if (!this.#facts.has(slot)) return;
    this.#strategy.onRemove(slot);
    this.#facts.delete(slot);
  }

  expire(byMs: number): void {
    this.#now += byMs;
    for (const [slot, { expiresAt }] of this.#facts) if (expiresAt <= this.#now) this.remove(slot);
  }

  evict(): void {
    const victim = this.#strategy.chooseVictim();
    if (victim !== undefined) this.remove(victim);
  }

  /** The short cut, where there is one. */
  replace(): void {
    const victim = this.#strategy.replaceVictim?.();
    if (victim === undefined) return;
    this.#facts.set(victim, { weight: 1, expiresAt: Infinity, writtenAt: this.#now, hits: 0 });
    // The newcomer is in, and is not the next to leave unless it is alone.
    this.#expectSame([[...this.#strategy.order()].at(-1)], [victim]);
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#strategy.resize(capacity);
    while (this.#facts.size > capacity) this.evict();
  }

  swap(name: EvictionName): void {
    const strategy = this.#create(name);
    for (const slot of this.#strategy.order()) strategy.onInsert(slot);
    this.#strategy = strategy;
    this.#name = name;
  }

  /** What must hold at any time, of any strategy. */
  audit(): void {
    this.#strategy.audit(new Set(this.#facts.keys()));
    const order = [...this.#strategy.order()];
    this.#expectSame(order.toSorted(ascending), [...this.#facts.keys()].sort(ascending));
    this.#expectSame([this.#strategy.chooseVictim()], [order[0]]);
  }

  #expectSame(found: readonly (Slot | undefined)[], wanted: readonly (Slot | undefined)[]): void {
    if (!isSame(found, wanted)) expect([this.#name, found]).toEqual([this.#name, wanted]);
  }

  #factsOf(slot: Slot): { weight: number; expiresAt: number; writtenAt: number; hits: number } {
    const facts = this.#facts.get(slot);
    if (facts === undefined) throw new Error(`${this.#name} asks about slot ${slot}, which holds no entry`);
    return facts;
  }

  #create(name: EvictionName): EvictionStrategy {
    const context: EvictionContext = {
      capacity: this.#capacity,
      slots: 0,
      random: seededRandom(1),
      hashOf: (slot) => Math.imul(slot, 0x9e3779b1) >>> 0,
      entries: {
        weight: (slot) => this.#factsOf(slot).weight,
        expiresAt: (slot) => this.#factsOf(slot).expiresAt,
        writtenAt: (slot) => this.#factsOf(slot).writtenAt,
        hits: (slot) => this.#factsOf(slot).hits,
      },
    };
    return evictionStrategies[name].create(context);
  }
}

/** `expect` takes too long to be called after every step. */
function isSame<T>(found: readonly T[], wanted: readonly T[]): boolean {
  return found.length === wanted.length && found.every((each, at) => each === wanted[at]);
}

function ascending(one: Slot, other: Slot): number {
  return one - other;
}

const slot = fc.nat(SLOTS - 1);
const life = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 50 }));

/** A step, readable in the report of a failure. */
interface Step {
  readonly does: string;
  readonly run: (residence: Residence) => void;
  toString(): string;
}

function step(does: string, run: (residence: Residence) => void): Step {
  return { does, run, toString: () => does };
}

const insert = fc
  .tuple(slot, life)
  .map(([at, ms]) => step(`insert ${at} for ${ms}`, (residence) => residence.insert(at, ms)));
const access = slot.map((at) => step(`access ${at}`, (residence) => residence.access(at)));
const remove = slot.map((at) => step(`remove ${at}`, (residence) => residence.remove(at)));
const evict = fc.constant(step('evict', (residence) => residence.evict()));
const expire = fc
  .integer({ min: 1, max: 20 })
  .map((ms) => step(`expire ${ms}`, (residence) => residence.expire(ms)));
const resize = fc
  .integer({ min: 1, max: SLOTS })
  .map((to) => step(`resize ${to}`, (residence) => residence.resize(to)));
const swap = fc.constantFrom(...names).map((to) => step(`swap ${to}`, (residence) => residence.swap(to)));

const replace = fc.constant(step('replace the victim', (residence) => residence.replace()));

const alone = [
  { arbitrary: replace, weight: 2 },
  { arbitrary: insert, weight: 8 },
  { arbitrary: access, weight: 8 },
  { arbitrary: remove, weight: 2 },
  { arbitrary: evict, weight: 2 },
  { arbitrary: expire, weight: 1 },
  { arbitrary: resize, weight: 1 },
];

function holds(name: EvictionName, steps: readonly Step[]): void {
  const residence = new Residence(name);
  for (const each of steps) {
    each.run(residence);
    residence.audit();
  }
}

describe.each(names)('the contract of %s', (name) => {
  it('balances its books and names the first of its order as the victim, after every step', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...alone), { maxLength: 200, size: 'max' }), (steps) =>
        holds(name, steps),
      ),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 40) },
    );
  });

  it('keeps its contract through swaps to and from every other strategy', () => {
    const steps = fc.array(fc.oneof(...alone, { arbitrary: swap, weight: 2 }), {
      maxLength: 150,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (list) => holds(name, list)),
      { numRuns: Number(process.env['NUTHATCH_RUNS'] ?? 25) },
    );
  });

  it('evicts the same by the short cut that a cache without listeners takes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { maxLength: 300, size: 'max' }),
        fc.integer({ min: 1, max: 12 }),
        (keys, maxItems) => {
          const options = { maxItems, eviction: name };
          const short = new MemoryCache<number, number>({ ...options, random: seededRandom(1) });
          const long = new MemoryCache<number, number>({ ...options, random: seededRandom(1) });
          long.onRemoval(() => undefined);
          for (const key of keys) {
            for (const cache of [short, long]) if (cache.get(key) === undefined) cache.set(key, key);
            const [found = [], wanted = []] = [short, long].map((cache) => [...cache.keys()].sort(ascending));
            if (!isSame(found, wanted)) expect(found).toEqual(wanted);
          }
          short.audit();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('names nobody when nobody is there', () => {
    const residence = new Residence(name);
    residence.evict();
    residence.insert(0, 1);
    residence.evict();
    residence.audit();
    const empty = evictionStrategies[name].create(contextOfNobody());
    expect([empty.chooseVictim(), [...empty.order()]]).toEqual([undefined, []]);
  });

  it('empties itself victim by victim, each of them once', () => {
    const residence = new Residence(name);
    for (let at = 0; at < SLOTS; at++) residence.insert(at, 100 + at);
    for (let at = 0; at < SLOTS; at += 3) residence.access(at);
    for (let left = SLOTS - 1; left > 0; left--) {
      residence.resize(left);
      residence.audit();
    }
  });

  it('is known by the name under which it is registered', () => {
    expect(evictionStrategies[name].name).toBe(name);
  });

  it('fails its audit where the cache holds other entries than it was told of', () => {
    const strategy = evictionStrategies[name].create(contextOfNobody());
    strategy.onInsert(1);
    strategy.onInsert(2);
    expect(() => strategy.audit(new Set([1, 2]))).not.toThrow();
    for (const others of [[1], [1, 2, 3], [1, 3], []])
      expect(() => strategy.audit(new Set(others))).toThrow(name);
  });
});

function contextOfNobody(): EvictionContext {
  const entries = { weight: () => 1, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 };
  return { capacity: 10, slots: 0, random: seededRandom(1), hashOf: (at) => at, entries };
}
