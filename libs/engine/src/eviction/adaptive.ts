import type { RemovalCause } from '../kernel/entry.js';
import { badOption, reason } from '../kernel/errors.js';
import { nameOf } from '../kernel/register.js';
import { Handover } from './handover.js';
import { lirs } from './lirs.js';
import { lru } from './lru.js';
import { s3Fifo } from './s3-fifo.js';
import type {
  EvictionChoiceReport,
  EvictionContext,
  EvictionStrategy,
  EvictionStrategyFactory,
  EvictionSwap,
  Slot,
} from './strategy.js';
import { wTinyLfu } from './w-tinylfu.js';
import { Watch } from './watch.js';

/** Those that `adaptive` chooses from; where none is better, the first. */
const CANDIDATES = [lirs, lru, s3Fifo, wTinyLfu];
/** How many residents move at each insertion or use, while a move lasts. */
const STRIDE = 8;
const SWAPS_KEPT = 16;
/** Of one request, the answers of all are the bits of a number. */
const MOST_CANDIDATES = 31;

/** A strategy that was put in charge and does not have all residents yet. */
interface Move {
  readonly from: EvictionStrategy;
  readonly to: EvictionStrategy;
  /** The number of the candidate that it comes from. */
  readonly previous: number;
  readonly handover: Handover;
}

/** Lets the candidate choose the victims that does best in the {@link Watch}. */
class Adaptive implements EvictionStrategy {
  readonly #candidates: readonly EvictionStrategyFactory[];
  readonly #context: EvictionContext;
  readonly #watch: Watch;
  #capacity: number;
  /** The number of the candidate in charge. */
  #inCharge = 0;
  /** What the candidate in charge made, or the move to it. */
  #strategy: EvictionStrategy;
  #move: Move | undefined;
  #swaps: readonly EvictionSwap[] = [];

  constructor(candidates: readonly EvictionStrategyFactory[], context: EvictionContext) {
    this.#candidates = candidates;
    this.#context = context;
    this.#capacity = context.capacity;
    this.#watch = new Watch(candidates, context);
    this.#strategy = this.#create(0);
  }

  onInsert(slot: Slot): void {
    this.#watch.expect(slot);
    this.#strategy.onInsert(slot);
    this.#watch.insert(slot);
    this.#proceed();
  }

  onAccess(slot: Slot): void {
    this.#strategy.onAccess(slot);
    if (this.#watch.access(slot) || this.#move !== undefined) this.#proceed();
  }

  onRemove(slot: Slot, cause?: RemovalCause): void {
    this.#strategy.onRemove(slot, cause);
    this.#watch.remove(slot, cause);
  }

  chooseVictim(): Slot | undefined {
    return this.#strategy.chooseVictim();
  }

  order(): Iterable<Slot> {
    return this.#strategy.order();
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#strategy.resize(capacity);
    this.#watch.resize(capacity);
  }

  audit(resident: ReadonlySet<Slot>): void {
    this.#watch.audit(resident);
    this.#strategy.audit(resident);
  }

  choice(): EvictionChoiceReport {
    return { inCharge: this.#nameOf(this.#inCharge), estimates: this.#estimates(), swaps: this.#swaps };
  }

  /** Goes on with a move, or begins one where another candidate should be in charge. */
  #proceed(): void {
    if (this.#move === undefined && this.#watch.best === this.#inCharge) return;
    try {
      const move = this.#move ?? this.#begin(this.#watch.best);
      if (!move.handover.step(STRIDE)) return;
      this.#strategy = move.to;
      this.#move = undefined;
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #begin(candidate: number): Move {
    const to = this.#create(candidate);
    const from = this.#strategy;
    const move = { from, to, previous: this.#inCharge, handover: new Handover(from, to) };
    this.#report(candidate);
    this.#move = move;
    this.#strategy = move.handover;
    this.#inCharge = candidate;
    return move;
  }

  /** The caller, who only reads or writes, is not to blame for a candidate that cannot take over. */
  #giveUp(error: unknown): void {
    const name = this.#nameOf(this.#watch.best);
    const move = this.#move;
    if (move !== undefined) {
      move.handover.undo();
      this.#strategy = move.from;
      this.#report(move.previous);
      this.#inCharge = move.previous;
      this.#move = undefined;
    }
    this.#watch.retain(this.#inCharge);
    process.emitWarning(`the eviction strategy ${name} could not take over: ${reason(error)}`);
  }

  #create(candidate: number): EvictionStrategy {
    const { slots, random, entries } = this.#context;
    const hashOf = (slot: Slot): number => this.#watch.hashOf(slot);
    return this.#candidates[candidate]!.create({ capacity: this.#capacity, slots, random, entries, hashOf });
  }

  #report(candidate: number): void {
    const from = this.#nameOf(this.#inCharge);
    const to = this.#nameOf(candidate);
    const swap = { from, to, atRequest: this.#watch.requests, estimates: this.#estimates() };
    this.#swaps = [...this.#swaps, swap].slice(-SWAPS_KEPT);
    this.#context.swapped?.(from, to);
  }

  #estimates(): Record<string, number> {
    return Object.fromEntries(this.#watch.estimates().map((ratio, at) => [this.#nameOf(at), ratio]));
  }

  #nameOf(candidate: number): string {
    return nameOf(this.#candidates[candidate]!);
  }
}

/** What {@link adaptiveOver} may choose from. */
export interface AdaptiveOptions {
  /** From one to 31 strategies; the first is in charge at the beginning. */
  readonly candidates: readonly EvictionStrategyFactory[];
}

/**
 * Finds out by itself which of the candidates serves the workload best, and puts it in charge: each of them also runs in a
 * shadow of the cache, on a sample of the keys. The shadows know neither weights nor deadlines. A move keeps every entry
 * and is spread over many requests.
 * @throws CacheError `bad_option` where there is no candidate, or more than 31.
 */
export function adaptiveOver({ candidates }: AdaptiveOptions): EvictionStrategyFactory {
  if (candidates.length < 1 || candidates.length > MOST_CANDIDATES)
    throw badOption('candidates', `1 to ${MOST_CANDIDATES} strategies`, candidates.length);
  return { name: 'adaptive', create: (context) => new Adaptive(candidates, context) };
}

/** Moves to whichever of LIRS, LRU, S3-FIFO and W-TinyLFU serves the workload best. O(1). */
export const adaptive: EvictionStrategyFactory = adaptiveOver({ candidates: CANDIDATES });
