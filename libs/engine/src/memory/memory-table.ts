import type { EvictionStrategy, EvictionStrategyFactory, Slot } from '../eviction/strategy.js';
import type { EntryView, RemovalCause } from '../kernel/entry.js';
import { brokenStrategy, reason } from '../kernel/errors.js';
import { nameOf } from '../kernel/register.js';
import { type Bounds, capacityOf, firstCapacity } from './bounds.js';
import { CoarseClock } from './coarse-clock.js';
import { EvictionContexts } from './eviction-context.js';
import { Sweeper } from './expiry.js';
import type { TableOptions } from './memory-options.js';
import { FOREVER, type Placement, SlotTable } from './slot-table.js';
import { type SlotReader, stallOf, type TableObserver } from './table-observer.js';
import { wholeBytes } from './weight.js';

/** The answer of look-ups that found nothing. */
export const NO_SLOT = -1;

/**
 * The memory of a cache, entry by entry: looks up slots, keeps the bounds with the help of its strategy, and removes
 * what has expired. A read is one look-up ({@link slotOf}) and one strategy hook ({@link use}).
 */
export class MemoryTable<K, V, N> implements SlotReader<K, V> {
  readonly #slots = new SlotTable<K, V, N>();
  readonly #options: TableOptions<K, V>;
  readonly #observer: TableObserver<K, V>;
  readonly #time: CoarseClock;
  readonly #sweeper: Sweeper;
  readonly #contexts: EvictionContexts;
  #bounds: Bounds;
  #factory: EvictionStrategyFactory;
  #strategy: EvictionStrategy;
  /** How many entries the strategy was told that fit. */
  #capacity: number;

  constructor(options: TableOptions<K, V>, observer: TableObserver<K, V>) {
    this.#options = options;
    this.#observer = observer;
    this.#bounds = options.bounds;
    this.#time = new CoarseClock(options.clock, options.ttlResolutionMs);
    this.#sweeper = new Sweeper(options, this.#slots, (from, until) => this.#expireRange(from, until));
    this.#contexts = new EvictionContexts(this.#slots, options.random);
    this.#factory = options.eviction;
    this.#capacity = firstCapacity(this.#bounds);
    this.#strategy = options.eviction.create(this.#contexts.of(this.#capacity));
  }

  get size(): number {
    return this.#slots.size;
  }

  get totalWeight(): number {
    return this.#slots.totalWeight;
  }

  get bounds(): Bounds {
    return this.#bounds;
  }

  /** The name of the strategy in charge. */
  get eviction(): string {
    return nameOf(this.#factory);
  }

  /** Now, exactly: deadlines start from here, since a remembered time would cut a life short. */
  now(): number {
    return this.#time.exactNow();
  }

  /** Where the living entry of a key is, or {@link NO_SLOT}; an expired one is removed. Counts as no use. */
  slotOf(key: K): Slot {
    const slot = this.#slots.index.get(key);
    if (slot === undefined) return NO_SLOT;
    if (!this.#hasExpired(slot)) return slot;
    this.removeAt(slot, 'expired');
    // Whoever was told of it may have put the key back.
    return this.#slots.index.get(key) ?? NO_SLOT;
  }

  /** Counts a use of the entry in a slot and answers its value. */
  use(slot: Slot): V {
    this.#slots.hits[slot]!++;
    this.#strategy.onAccess(slot);
    return this.valueAt(slot);
  }

  keyAt(slot: Slot): K {
    // A slot from a look-up, an iteration or an observer's call is resident, so it holds a key.
    return this.#slots.keys[slot] as K;
  }

  valueAt(slot: Slot): V {
    // As above; the value itself may be undefined.
    return this.#slots.values[slot] as V;
  }

  noteAt(slot: Slot): N | undefined {
    return this.#slots.note(slot);
  }

  expiresAt(slot: Slot): number {
    return this.#slots.expiresAt(slot);
  }

  viewAt(slot: Slot, dirty: boolean): EntryView {
    return { ...this.#slots.view(slot, this.#options.clock), dirty };
  }

  /**
   * Puts a value in the place of a key. Answers its slot, or {@link NO_SLOT} where it is not kept: an entry heavier than
   * `maxBytes` takes its old value with it, and a strategy may choose the newcomer as its victim.
   */
  put(key: K, value: V, placement: Placement<N>): Slot {
    const { weigh } = this.#options;
    const weight = weigh === undefined ? 0 : wholeBytes(weigh(value, key));
    const present = this.slotOf(key);
    if (weight > this.#bounds.maxBytes) return this.#refuse(present);
    const slot = present === NO_SLOT ? this.#slots.add(key) : present;
    const tell = present === NO_SLOT ? undefined : this.#observer.removing(this, slot, 'replaced');
    this.#slots.write(slot, value, this.#time.now());
    if (weight > 0 || placement !== FOREVER) this.#dress(slot, weight, placement);
    if (present === NO_SLOT) this.#welcome(slot);
    else this.#strategy.onAccess(slot);
    return tell === undefined && !this.#isOver() ? slot : this.#settle(slot, key, tell);
  }

  removeAt(slot: Slot, cause: RemovalCause): void {
    this.#release(slot, cause)?.();
  }

  /** Whoever is told is told at the end, so that what they put in stays. */
  clear(): void {
    const tellers = Array.from(this.#slots.index.values(), (slot) => this.#release(slot, 'cleared'));
    for (const tell of tellers) tell?.();
  }

  /** The living entries in order of arrival; safe while the table changes. */
  *living(): Generator<Slot, void> {
    for (const slot of this.#slots.index.values()) if (!this.#hasExpired(slot)) yield slot;
  }

  /** The living entries, the next victim first, as they stand now. */
  inEvictionOrder(): Slot[] {
    return Array.from(this.#strategy.order()).filter((slot) => !this.#hasExpired(slot));
  }

  hitsAt(slot: Slot): number {
    return this.#slots.hits[slot]!;
  }

  /** Keeps the entry with the uses of a former life, as a restore does: the strategy learns it anew. */
  recall(slot: Slot, hits: number): void {
    this.#strategy.onRemove(slot, 'replaced');
    this.#slots.hits[slot] = hits;
    this.#strategy.onInsert(slot);
  }

  resize(bounds: Bounds): void {
    this.#bounds = bounds;
    this.#tellCapacity(capacityOf(bounds, this.#slots));
    this.#shrink();
  }

  /** O(n). Where the new strategy throws, the old one stays in charge. */
  swapEviction(factory: EvictionStrategyFactory): void {
    const strategy = factory.create(this.#contexts.of(this.#capacity));
    for (const slot of this.#strategy.order()) strategy.onInsert(slot);
    this.#factory = factory;
    this.#strategy = strategy;
    this.#shrink();
  }

  /** Stops the timers. */
  close(): void {
    this.#sweeper.stop();
    this.#time.close();
  }

  audit(): void {
    try {
      this.#slots.audit();
      this.#strategy.audit(new Set(this.#slots.index.values()));
    } catch (error) {
      throw brokenStrategy(this.eviction, reason(error));
    }
  }

  #hasExpired(slot: Slot): boolean {
    return this.#slots.mortals > 0 && this.#slots.expiresAt(slot) <= this.#time.now();
  }

  #dress(slot: Slot, weight: number, placement: Placement<N>): void {
    this.#slots.dress(slot, weight, placement);
    if (placement.expiresAt !== Infinity) this.#sweeper.wake();
  }

  /** What a write leaves to do: telling of the old value and making room. Both may take the new one away again. */
  #settle(slot: Slot, key: K, tell: (() => void) | undefined): Slot {
    tell?.();
    this.#shrink();
    return this.#slots.holds(slot, key) ? slot : NO_SLOT;
  }

  /** A strategy that throws has not learnt of the newcomer, which then goes without it. */
  #welcome(slot: Slot): void {
    try {
      this.#strategy.onInsert(slot);
    } catch (error) {
      this.#slots.remove(slot);
      throw brokenStrategy(this.eviction, reason(error));
    }
  }

  #refuse(present: Slot): Slot {
    if (present !== NO_SLOT) this.removeAt(present, 'evicted');
    return NO_SLOT;
  }

  #shrink(): void {
    if (this.#slots.totalWeight > this.#bounds.maxBytes) this.#estimateCapacity();
    while (this.#isOver()) {
      const victim = this.#strategy.chooseVictim();
      if (victim === undefined || !this.#slots.isResident(victim))
        return this.#observer.stalled(stallOf(victim));
      this.#release(victim, 'evicted')?.();
    }
  }

  /** Where bytes bind, how many entries fit depends on their weights: the strategy hears of it when it has changed by an eighth. */
  #estimateCapacity(): void {
    const capacity = capacityOf(this.#bounds, this.#slots);
    if (Math.abs(capacity - this.#capacity) * 8 > this.#capacity) this.#tellCapacity(capacity);
  }

  #tellCapacity(capacity: number): void {
    this.#capacity = capacity;
    this.#strategy.resize(capacity);
  }

  #isOver(): boolean {
    return this.#slots.size > this.#bounds.maxItems || this.#slots.totalWeight > this.#bounds.maxBytes;
  }

  /** Takes an entry out, and answers how to tell of it. */
  #release(slot: Slot, cause: RemovalCause): (() => void) | undefined {
    const tell = this.#observer.removing(this, slot, cause);
    this.#strategy.onRemove(slot, cause);
    this.#slots.remove(slot);
    return tell;
  }

  #expireRange(from: Slot, until: Slot): void {
    for (let slot = from; slot < until; slot++) {
      if (this.#hasExpired(slot)) this.removeAt(slot, 'expired');
    }
  }
}
