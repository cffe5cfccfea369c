import { HashIndex, NOT_FOUND } from './hash-index.js';
import type { EvictionContext, EvictionStrategy, EvictionStrategyFactory, Slot } from './strategy.js';

const FIRST_SIZE = 16;
const MOST_HITS = 65_535;

/**
 * A cache without keys and values that tells which requests a strategy would have answered. It runs the very code of
 * the strategy. Weights and deadlines are unknown to it.
 */
export class Shadow {
  readonly #index = new HashIndex();
  readonly #strategy: EvictionStrategy;
  #capacity: number;
  #hits = new Uint16Array(FIRST_SIZE);

  constructor(
    factory: EvictionStrategyFactory,
    { capacity, random }: Pick<EvictionContext, 'capacity' | 'random'>,
  ) {
    this.#capacity = capacity;
    this.#strategy = factory.create({
      slots: 0,
      capacity,
      random,
      hashOf: (slot) => this.#index.hashOf(slot),
      entries: {
        weight: () => 0,
        expiresAt: () => Infinity,
        writtenAt: () => 0,
        hits: (slot) => this.#hits[slot]!,
      },
    });
  }

  get capacity(): number {
    return this.#capacity;
  }

  get size(): number {
    return this.#index.size;
  }

  /** Uses a key, which comes in if it is not there; answers whether it was. */
  request(hash: number): boolean {
    const slot = this.#index.find(hash);
    if (slot === NOT_FOUND) {
      this.#insert(hash);
      return false;
    }
    if (this.#hits[slot]! < MOST_HITS) this.#hits[slot]!++;
    this.#strategy.onAccess(slot);
    return true;
  }

  /** Forgets a key that was deleted or has expired. */
  forget(hash: number): void {
    const slot = this.#index.find(hash);
    if (slot === NOT_FOUND) return;
    this.#strategy.onRemove(slot, 'deleted');
    this.#index.remove(slot);
  }

  /** Forgets the keys that `keeps` refuses. */
  sift(keeps: (hash: number) => boolean): void {
    for (const slot of Array.from(this.#strategy.order())) {
      const hash = this.#index.hashOf(slot);
      if (!keeps(hash)) this.forget(hash);
    }
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#strategy.resize(capacity);
    while (this.#index.size > capacity && this.#evict(undefined));
  }

  audit(name: string): void {
    const resident = new Set(this.#strategy.order());
    this.#index.audit(name, resident);
    this.#strategy.audit(resident);
    if (resident.size > this.#capacity)
      throw new Error(`${name}: ${resident.size} entries in a shadow of ${this.#capacity}`);
  }

  #insert(hash: number): void {
    const slot = this.#index.add(hash);
    if (slot >= this.#hits.length) this.#grow();
    this.#hits[slot] = 0;
    this.#strategy.onInsert(slot);
    if (this.#index.size > this.#capacity) this.#evict(slot);
  }

  /** A strategy that names nobody loses the newcomer, so that its shadow does not grow. Answers whether somebody left. */
  #evict(newcomer: Slot | undefined): boolean {
    const victim = this.#strategy.chooseVictim() ?? newcomer;
    if (victim === undefined) return false;
    this.#strategy.onRemove(victim, 'evicted');
    this.#index.remove(victim);
    return true;
  }

  #grow(): void {
    const hits = new Uint16Array(2 * this.#hits.length);
    hits.set(this.#hits);
    this.#hits = hits;
  }
}
