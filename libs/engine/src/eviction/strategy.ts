import type { RemovalCause } from '../kernel/entry.js';
import type { Random } from '../kernel/random.js';

/** The place of an entry in the memory of a cache: a small whole number, used again once the entry has left. */
export type Slot = number;

/**
 * Decides which entry leaves when room is needed. One instance belongs to one cache and sees slots only, never keys
 * or values. It answers and does not act: the cache removes the victim and then calls {@link onRemove}.
 *
 * Every call is synchronous, on the path of each read and write: keep it O(1), or O(log n), and free of allocation.
 * Arrays indexed by slot are the natural shape (see `SlotList`); slots may exceed the capacity by one, since the newcomer is
 * inserted before the victim is chosen.
 */
export interface EvictionStrategy {
  /** A new resident. It is inserted first, so the newcomer may be the next victim. */
  onInsert(slot: Slot): void;
  /** A resident was read or overwritten; its expiry and weight may have changed. */
  onAccess(slot: Slot): void;
  /**
   * A resident leaves; its facts can still be read, and its slot may come back with another entry. Only what was `'evicted'` (also
   * meant where the cause is left out) should be remembered as a ghost: what expired or was deleted says nothing about the strategy.
   */
  onRemove(slot: Slot, cause?: RemovalCause): void;
  /** The resident to evict next, still listed; `undefined` when there is none: the cache then stops evicting. */
  chooseVictim(): Slot | undefined;
  /**
   * A short cut for strategies that never name a newcomer and do not look at it: answers the next victim, as after
   * {@link onRemove} of it, with a newcomer in its slot, as after {@link onInsert}. May be left out; a cache that nobody listens to calls it
   * instead of the three.
   */
  replaceVictim?(): Slot | undefined;
  /** Every resident once, the next victim first: for swaps, snapshots and explanations. */
  order(): Iterable<Slot>;
  /** The cache may now hold this many entries: after a change of its bounds, and where bytes bind, whenever the estimate moves. */
  resize(capacity: number): void;
  /**
   * Recomputes every field that the strategy owns from scratch.
   * @throws Error where the books do not balance, or do not hold exactly `resident`.
   */
  audit(resident: ReadonlySet<Slot>): void;
  /** What a strategy that chooses among others can say of its choice; shown by `info()`. */
  choice?(): EvictionChoiceReport | undefined;
}

/** Which of several strategies is in charge, and why. */
export interface EvictionChoiceReport {
  /** The name of the strategy that chooses the victims now. */
  readonly inCharge: string;
  /** The hit ratio, from 0 to 1, that each candidate is estimated to have at this capacity. */
  readonly estimates: Readonly<Record<string, number>>;
  /** The last moves, the oldest first. */
  readonly swaps: readonly EvictionSwap[];
}

/** A move from one strategy to another. */
export interface EvictionSwap {
  readonly from: string;
  readonly to: string;
  /** After how many uses and insertions since the cache was made. */
  readonly atRequest: number;
  /** What the candidates were estimated to reach when it was decided. */
  readonly estimates: Readonly<Record<string, number>>;
}

/**
 * Makes a strategy for a cache. This is what is registered, configured and injected, since one factory serves many caches.
 *
 * @example
 * ```ts
 * @Injectable()
 * class CheapestFirst implements EvictionStrategyFactory {
 *   constructor(private readonly prices: Prices) {}
 *   create(context: EvictionContext) { return new CheapestFirstStrategy(context, this.prices); }
 * }
 * ```
 */
export interface EvictionStrategyFactory {
  /** The name shown in `info()` and events; the class's name when left out. */
  readonly name?: string;
  create(context: EvictionContext): EvictionStrategy;
}

/** What a strategy is given when it is made. */
export interface EvictionContext {
  /** How many entries the cache may hold: `maxItems`, or where bytes bind sooner, an estimate of how many fit. Always finite. */
  readonly capacity: number;
  /** How many slots are in use now: where a strategy takes over, arrays of this length need not grow while the residents move in. */
  readonly slots: number;
  readonly random: Random;
  /** A 32-bit hash of the key in a slot, seeded per process. Computed at each call: strategies that do not need it never pay. */
  hashOf(slot: Slot): number;
  readonly entries: SlotFacts;
  /** To be told by a strategy that moves from one strategy to another by itself; becomes a `strategy_swapped` event. */
  swapped?(from: string, to: string): void;
}

/** What the cache knows of the entry in a slot, to be read while it is resident (also during {@link EvictionStrategy.onRemove}). */
export interface SlotFacts {
  /** Bytes, or 0 where nothing is weighed. */
  weight(slot: Slot): number;
  /** Monotonic deadline in milliseconds, `Infinity` where it does not expire. */
  expiresAt(slot: Slot): number;
  /** Monotonic time of the last write, in milliseconds; kept where a strategy of your own may ask for it, since the built-in ones do not. */
  writtenAt(slot: Slot): number;
  /** How often it was read since it came in, up to 65,535; at a swap, strategies learn from it what the last one knew. */
  hits(slot: Slot): number;
}
