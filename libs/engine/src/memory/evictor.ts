import { type Handover, handOver } from '../eviction/handover.js';
import type {
  EvictionChoiceReport,
  EvictionStrategy,
  EvictionStrategyFactory,
  Slot,
} from '../eviction/strategy.js';
import type { Clock, Timer } from '../kernel/clock.js';
import { brokenStrategy, reason } from '../kernel/errors.js';
import { nameOf } from '../kernel/register.js';
import { firstCapacity } from './bounds.js';
import type { EvictionContexts } from './eviction-context.js';
import type { TableOptions } from './memory-options.js';

/** So many entries change hands before the event loop has its turn. */
const SLICE = 512;

/** Told who comes to be in charge, and why a strategy could not take over. */
interface EvictorObserver {
  seated(strategy: EvictionStrategy): void;
  stalled(why: string): void;
}

/** A swap under way, and what is needed to call it off. */
interface Swap {
  readonly from: EvictionStrategy;
  readonly to: EvictionStrategy;
  readonly handover: Handover;
  readonly factory: EvictionStrategyFactory;
}

/** The strategy in charge of a table: made, told how many entries fit, and swapped in slices. */
export class Evictor {
  readonly #clock: Clock;
  readonly #contexts: EvictionContexts;
  readonly #observer: EvictorObserver;
  #factory: EvictionStrategyFactory;
  #capacity: number;
  #strategy: EvictionStrategy;
  #swap: Swap | undefined;
  #timer: Timer | undefined;

  constructor(
    { clock, eviction, bounds }: Pick<TableOptions<never, never>, 'clock' | 'eviction' | 'bounds'>,
    contexts: EvictionContexts,
    observer: EvictorObserver,
  ) {
    this.#clock = clock;
    this.#contexts = contexts;
    this.#observer = observer;
    this.#factory = eviction;
    this.#capacity = firstCapacity(bounds);
    this.#strategy = eviction.create(contexts.of(this.#capacity));
  }

  get strategy(): EvictionStrategy {
    return this.#strategy;
  }

  /** The name of the strategy in charge, or of the one that is taking over. */
  get name(): string {
    return nameOf(this.#factory);
  }

  get choice(): EvictionChoiceReport | undefined {
    return this.#strategy.choice?.();
  }

  /** Says how many entries fit. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#strategy.resize(capacity);
  }

  /** As {@link resize}, for an estimate that moves all the time: the strategy hears of it when it has changed by an eighth. */
  estimate(capacity: number): void {
    if (Math.abs(capacity - this.#capacity) * 8 > this.#capacity) this.resize(capacity);
  }

  /**
   * Puts another strategy in charge. The first slice of entries moves at once, the others as the event loop gets to it; a swap that
   * is under way is finished first.
   * @throws CacheError `broken_strategy` where the new one throws at once; the old one then stays in charge.
   */
  swap(factory: EvictionStrategyFactory): void {
    if (this.#swap !== undefined) this.#move(this.#swap, Infinity);
    const to = factory.create(this.#contexts.of(this.#capacity));
    const swap = {
      from: this.#strategy,
      to,
      handover: handOver(this.#strategy, to),
      factory: this.#factory,
    };
    this.#seat(swap.handover);
    this.#factory = factory;
    const problem = this.#move(swap, SLICE);
    if (problem !== undefined) throw brokenStrategy(nameOf(factory), problem);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** @throws CacheError `broken_strategy` where its books do not balance. */
  audit(residents: ReadonlySet<Slot>): void {
    try {
      this.#strategy.audit(residents);
    } catch (error) {
      throw brokenStrategy(this.name, reason(error));
    }
  }

  /** Moves a slice; answers what went wrong, after which the old strategy is in charge again. */
  #move(swap: Swap, count: number): string | undefined {
    this.#timer?.cancel();
    this.#swap = swap;
    try {
      if (swap.handover.step(count)) this.#settle(swap.to);
      else this.#timer = this.#clock.schedule(() => this.#moveLater(swap), 0);
      return undefined;
    } catch (error) {
      swap.handover.undo();
      this.#settle(swap.from);
      this.#factory = swap.factory;
      return reason(error);
    }
  }

  #moveLater(swap: Swap): void {
    const { name } = this;
    const problem = this.#move(swap, SLICE);
    if (problem !== undefined)
      this.#observer.stalled(`${name} could not take over, ${this.name} stays: ${problem}`);
  }

  #seat(strategy: EvictionStrategy): void {
    this.#strategy = strategy;
    this.#observer.seated(strategy);
  }

  #settle(strategy: EvictionStrategy): void {
    this.#seat(strategy);
    this.#swap = undefined;
  }
}
