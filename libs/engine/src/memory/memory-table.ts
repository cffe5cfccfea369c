import { mayReadTimes } from '../eviction/resolve.js';
import type {
  EvictionChoiceReport,
  EvictionStrategy,
  EvictionStrategyFactory,
  Slot,
} from '../eviction/strategy.js';
import type { RemovalCause } from '../kernel/entry.js';
import { brokenStrategy, reason } from '../kernel/errors.js';
import { type Bounds, capacityOf, exceeds } from './bounds.js';
import { CoarseClock } from './coarse-clock.js';
import { EvictionContexts } from './eviction-context.js';
import { Evictor } from './evictor.js';
import { ExpirySweeper } from './expiry.js';
import type { TableOptions } from './memory-options.js';
import { type Placement, SlotTable } from './slot-table.js';
import { stallOf, type TableObserver } from './table-observer.js';
import { wholeBytes } from './weight.js';

/**
 * The entries in memory: keeps the bounds with the help of its strategy. A read is one look-up ({@link slotOf}) and one hook ({@link use}).
 */
export class MemoryTable<K, V, N> extends SlotTable<K, V, N> {
  /** Read exactly where a deadline starts, since a remembered time would cut a life short. */
  readonly time: CoarseClock;
  readonly #options: TableOptions<K, V>;
  readonly #observer: TableObserver<K, V>;
  readonly #sweeper: ExpirySweeper;
  readonly #evictor: Evictor;
  /** Who is in charge, kept at hand for every read. */
  #strategy: EvictionStrategy;
  #bounds: Bounds;

  constructor(options: TableOptions<K, V>, observer: TableObserver<K, V>) {
    super(options.clock, options.bounds.maxItems + 1, options.countsHits);
    this.#options = options;
    this.#observer = observer;
    this.#bounds = options.bounds;
    this.time = new CoarseClock(options.clock, options.ttlResolutionMs);
    this.#sweeper = new ExpirySweeper(
      options,
      (slot) => this.expiresAt(slot),
      (slot) => this.removeAt(slot, 'expired'),
    );
    this.#evictor = new Evictor(options, new EvictionContexts(this, options.random, observer), {
      seated: (strategy) => (this.#strategy = strategy),
      stalled: (why) => observer.stalled(why),
    });
    this.#strategy = this.#evictor.strategy;
    if (options.keepsTimes) this.keepTimes(0);
  }

  get bounds(): Bounds {
    return this.#bounds;
  }

  /** Whether {@link putBare} may be used: nothing is weighed, nobody listens, and no times are kept. */
  get isBare(): boolean {
    return this.#options.weigh === undefined && this.#observer.isIdle && !this.keepsTimes;
  }

  /** The name of the strategy in charge. */
  get eviction(): string {
    return this.#evictor.name;
  }

  /** What a strategy that chooses among others has chosen. */
  get choice(): EvictionChoiceReport | undefined {
    return this.#evictor.choice;
  }

  /** Where the living entry of a key is, or `undefined`; an expired one is removed. Counts as no use. */
  slotOf(key: K): Slot | undefined {
    const slot = this.index.get(key);
    if (slot === undefined || this.mortals === 0 || !this.#hasExpired(slot)) return slot;
    this.removeAt(slot, 'expired');
    // Whoever was told of it may have put the key back.
    return this.index.get(key);
  }

  /** The value of a key, counted as a use; as {@link slotOf} and {@link use}. */
  read(key: K): V | undefined {
    const slot = this.mortals > 0 ? this.slotOf(key) : this.index.get(key);
    return slot === undefined ? undefined : this.use(slot);
  }

  /** Counts a use of the entry in a slot and answers its value. */
  use(slot: Slot): V {
    this.countHit(slot);
    this.#strategy.onAccess(slot);
    return this.valueAt(slot);
  }

  /**
   * Puts a value in the place of a key. Answers its slot, or `undefined` where it is not kept: an entry heavier than
   * `maxBytes` takes its old value with it, and a strategy may choose the newcomer as its victim.
   */
  put(key: K, value: V, placement: Placement<N>): Slot | undefined {
    const { weigh } = this.#options;
    const weight = weigh === undefined ? 0 : wholeBytes(weigh(value, key));
    const present = this.slotOf(key);
    if (weight > this.#bounds.maxBytes) {
      if (present !== undefined) this.removeAt(present, 'evicted');
      return undefined;
    }
    const tell = present === undefined ? undefined : this.#observer.removing(this, present, 'replaced');
    const slot = present === undefined ? this.add(key, value) : present;
    this.values[slot] = value;
    this.#dress(slot, weight, placement);
    if (present === undefined) this.#welcome(slot);
    else this.#strategy.onAccess(slot);
    tell?.();
    if (exceeds(this.#bounds, this)) this.#shrink();
    return this.holds(slot, key) ? slot : undefined;
  }

  /** As {@link put}, and shorter; only where {@link isBare} says so. */
  putBare(key: K, value: V, expiresAt: number): Slot | undefined {
    const present = this.slotOf(key);
    if (present === undefined) return this.#addBare(key, value, expiresAt);
    this.values[present] = value;
    if (expiresAt !== Infinity || this.mortals > 0) this.#endAt(present, expiresAt);
    this.#strategy.onAccess(present);
    return present;
  }

  /** As {@link putBare}, and shorter still, of an entry that lives for ever. */
  putImmortal(key: K, value: V): Slot | undefined {
    if (this.mortals > 0) return this.putBare(key, value, Infinity);
    const present = this.index.get(key);
    if (present === undefined) return this.#addBare(key, value, Infinity);
    this.values[present] = value;
    this.#strategy.onAccess(present);
    return present;
  }

  removeAt(slot: Slot, cause: RemovalCause): void {
    this.#release(slot, cause)?.();
  }

  /** Whoever is told is told at the end, so that what they put in stays. */
  clear(): void {
    const tellers = Array.from(this.index.values(), (slot) => this.#release(slot, 'cleared'));
    this.#sweeper.forget();
    for (const tell of tellers) tell?.();
  }

  /** The living entries in order of arrival; safe while the table changes. */
  *living(): Generator<Slot, void> {
    for (const slot of this.index.values()) if (!this.#hasExpired(slot)) yield slot;
  }

  /** The living entries, the next victim first, as they stand now. */
  inEvictionOrder(): Slot[] {
    return Array.from(this.#strategy.order()).filter((slot) => !this.#hasExpired(slot));
  }

  resize(bounds: Bounds): void {
    this.#bounds = bounds;
    this.limit = bounds.maxItems + 1;
    this.#evictor.resize(capacityOf(bounds, this));
    this.#shrink();
  }

  /** Evicts until no more than this is held; the bounds stay. */
  shrinkTo(maxBytes: number): void {
    this.#shrink({ ...this.#bounds, maxBytes });
  }

  /** Where the new strategy throws, the old one stays in charge. */
  swapEviction(factory: EvictionStrategyFactory): void {
    if (mayReadTimes(factory)) this.keepTimes(this.time.exactNow());
    this.#evictor.swap(factory);
    this.#shrink();
  }

  close(): void {
    this.#evictor.stop();
    this.#sweeper.stop();
    this.time.close();
  }

  /** @throws CacheError `broken_strategy` where the books of the table or of its strategy do not balance. */
  override audit(): void {
    const residents = new Set(this.index.values());
    try {
      super.audit();
      this.#sweeper.audit([...residents].filter((slot) => this.expiresAt(slot) !== Infinity));
    } catch (error) {
      throw brokenStrategy(this.eviction, reason(error));
    }
    this.#evictor.audit(residents);
  }

  #hasExpired(slot: Slot): boolean {
    return this.expiresAt(slot) <= this.time.now();
  }

  #dress(slot: Slot, weight: number, { expiresAt, note, hits }: Placement<N>): void {
    this.weigh(slot, weight);
    this.annotate(slot, note);
    if (this.keepsTimes) this.stamp(slot, this.time.now());
    if (hits !== undefined) this.recall(slot, hits);
    this.#endAt(slot, expiresAt);
  }

  #endAt(slot: Slot, expiresAt: number): void {
    this.endAt(slot, expiresAt);
    if (expiresAt !== Infinity) this.#sweeper.watch(slot, expiresAt);
  }

  #addBare(key: K, value: V, expiresAt: number): Slot | undefined {
    const isFull = this.size >= this.#bounds.maxItems;
    const replaced = isFull ? this.#strategy.replaceVictim?.() : undefined;
    if (replaced !== undefined) this.replace(replaced, key, value);
    const slot = replaced ?? this.add(key, value);
    if (expiresAt !== Infinity || this.mortals > 0) this.#endAt(slot, expiresAt);
    if (replaced !== undefined) return slot;
    this.#welcome(slot);
    if (isFull) this.#shrink();
    return this.holds(slot, key) ? slot : undefined;
  }

  /** A strategy that throws has not learnt of the newcomer, which then goes without it. */
  #welcome(slot: Slot): void {
    try {
      this.#strategy.onInsert(slot);
    } catch (error) {
      this.remove(slot);
      throw brokenStrategy(this.eviction, reason(error));
    }
  }

  #shrink(bounds = this.#bounds): void {
    if (this.totalWeight > bounds.maxBytes) this.#evictor.estimate(capacityOf(bounds, this));
    while (exceeds(bounds, this)) {
      const victim = this.#strategy.chooseVictim();
      if (victim === undefined || !this.isResident(victim)) return this.#observer.stalled(stallOf(victim));
      this.#release(victim, 'evicted')?.();
    }
  }

  /** Takes an entry out, and answers how to tell of it. */
  #release(slot: Slot, cause: RemovalCause): (() => void) | undefined {
    const tell = this.#observer.removing(this, slot, cause);
    this.#strategy.onRemove(slot, cause);
    this.remove(slot);
    return tell;
  }
}
