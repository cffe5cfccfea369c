import assert from 'node:assert/strict';
import {
  type EvictionContext,
  type EvictionStrategy,
  type EvictionStrategyFactory,
  seededRandom,
  type Slot,
} from 'nuthatch/engine';

interface Facts {
  readonly weight: number;
  expiresAt: number;
  writtenAt: number;
  hits: number;
}

/** A cache in name only: it keeps the facts that a strategy may read, and holds it to its contract at every step. */
export class Residence {
  readonly #facts = new Map<Slot, Facts>();
  #strategy: EvictionStrategy;
  #capacity: number;
  #now = 0;

  constructor(factory: EvictionStrategyFactory, capacity: number) {
    this.#capacity = capacity;
    this.#strategy = factory.create(this.#context());
  }

  get size(): number {
    return this.#facts.size;
  }

  /** A new entry, or the old one overwritten. */
  insert(slot: Slot, lifeMs: number): void {
    const facts = this.#facts.get(slot);
    const times = { expiresAt: this.#now + lifeMs, writtenAt: this.#now };
    if (facts !== undefined) {
      Object.assign(facts, times);
      return this.#strategy.onAccess(slot);
    }
    this.#facts.set(slot, { weight: slot + 1, hits: 0, ...times });
    this.#strategy.onInsert(slot);
  }

  access(slot: Slot): void {
    const facts = this.#facts.get(slot);
    if (facts === undefined) return;
    facts.hits++;
    this.#strategy.onAccess(slot);
  }

  remove(slot: Slot, cause: 'evicted' | 'deleted' | 'expired' = 'deleted'): void {
    if (!this.#facts.has(slot)) return;
    this.#strategy.onRemove(slot, cause);
    this.#facts.delete(slot);
  }

  expire(byMs: number): void {
    this.#now += byMs;
    for (const [slot, { expiresAt }] of this.#facts) if (expiresAt <= this.#now) this.remove(slot, 'expired');
  }

  /** Removes whom the strategy names; answers who that was. */
  evict(): Slot | undefined {
    const victim = this.#strategy.chooseVictim();
    if (victim === undefined) return undefined;
    assert.ok(this.#facts.has(victim), `chooseVictim names slot ${victim}, which holds no entry`);
    this.remove(victim, 'evicted');
    return victim;
  }

  /** The short cut, where there is one. */
  replace(): void {
    const victim = this.#strategy.replaceVictim?.();
    if (victim === undefined) return;
    assert.ok(this.#facts.has(victim), `replaceVictim names slot ${victim}, which holds no entry`);
    this.#facts.set(victim, { weight: 1, expiresAt: Infinity, writtenAt: this.#now, hits: 0 });
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#strategy.resize(capacity);
    while (this.#facts.size > capacity) assert.notEqual(this.evict(), undefined, 'chooseVictim names nobody');
  }

  /** Another strategy takes over, as at `cache.swapEviction`. */
  swap(factory: EvictionStrategyFactory): void {
    const strategy = factory.create(this.#context());
    for (const slot of this.#strategy.order()) strategy.onInsert(slot);
    this.#strategy = strategy;
  }

  /** What must hold at any time, of any strategy. */
  audit(): void {
    const residents = new Set(this.#facts.keys());
    this.#strategy.audit(residents);
    const order = [...this.#strategy.order()];
    assert.deepEqual(
      order.toSorted(ascending),
      [...residents].sort(ascending),
      'order() is not every resident once',
    );
    assert.equal(this.#strategy.chooseVictim(), order[0], 'chooseVictim() is not the first of order()');
  }

  #context(): EvictionContext {
    return {
      capacity: this.#capacity,
      slots: this.#facts.size,
      random: seededRandom(1),
      hashOf: (slot) => Math.imul(slot, 0x9e3779b1) >>> 0,
      entries: {
        weight: (slot) => this.#factsOf(slot).weight,
        expiresAt: (slot) => this.#factsOf(slot).expiresAt,
        writtenAt: (slot) => this.#factsOf(slot).writtenAt,
        hits: (slot) => this.#factsOf(slot).hits,
      },
    };
  }

  #factsOf(slot: Slot): Facts {
    const facts = this.#facts.get(slot);
    assert.ok(facts, `it asks about slot ${slot}, which holds no entry`);
    return facts;
  }
}

function ascending(one: Slot, other: Slot): number {
  return one - other;
}
