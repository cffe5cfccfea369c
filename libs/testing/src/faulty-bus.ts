import {
  type Bus,
  type BusContext,
  type BusFactory,
  type BusListener,
  type Clock,
  type Duration,
  systemClock,
} from 'nuthatch/engine';
import { FaultyDelivery } from './faulty-delivery.js';
import { Moods } from './moods.js';

/** A call on a bus, or what it calls when messages have come: `'received'`. */
export type BusMethod = keyof Bus | 'received';

/**
 * A bus that fails, hangs, lags, loses, repeats or reorders things when it is told to, and is otherwise the bus that it wraps. What it does, it does to
 * every cache that has it.
 *
 * ```ts
 * const bus = new FaultyBus(new LocalTier(clock).bus);
 * bus.failNext('publish');               // one publication is refused
 * const release = bus.hold('received');  // messages wait, and nothing is proven, until release()
 * bus.lag('received', '2s', clock);      // messages take 2 seconds
 * bus.dropNext('publish');               // one publication is acknowledged, and gone
 * bus.dropNext('received');              // one cache misses messages, and nobody notices
 * bus.repeatNext();                      // messages are received twice
 * bus.swapNext();                        // messages are received after those that follow
 * ```
 */
export class FaultyBus implements BusFactory {
  readonly name: string;
  readonly #inner: BusFactory;
  readonly #moods = new Moods<BusMethod>();
  readonly #next = { repeats: 0, swaps: 0 };
  readonly #listeners = new Set<BusListener>();

  constructor(inner: BusFactory) {
    this.#inner = inner;
    this.name = inner.name ?? inner.constructor.name;
  }

  create(context: BusContext): Bus {
    const delivery = new FaultyDelivery(context.listener, this.#moods, this.#next);
    const bus = this.#inner.create({ ...context, listener: delivery });
    const pass = (method: keyof Bus, make: () => Promise<void>): Promise<void> =>
      this.#moods.pass(method, { make, nothing: undefined });
    return {
      open: () => {
        this.#listeners.add(delivery);
        return pass('open', () => bus.open());
      },
      publish: (messages) => pass('publish', () => bus.publish(messages)),
      close: () => {
        this.#listeners.delete(delivery);
        delivery.close();
        return pass('close', () => bus.close());
      },
    };
  }

  /** How often a method has been called, failures and calls that are still held included; of `'received'`, how often messages have come. */
  calls(method: BusMethod): number {
    return this.#moods.calls(method);
  }

  /** The next calls of a method are rejected, with `error` where one is given; messages that are received are lost, and the listener told that it failed. */
  failNext(method: BusMethod, times = 1, error: unknown = new Error(`${method} was told to fail`)): void {
    this.#moods.fail(method, times, error);
  }

  /** Every call of a method is rejected until {@link heal}. */
  failAlways(method: BusMethod, error?: unknown): void {
    this.failNext(method, Infinity, error);
  }

  /** The next calls of a method do nothing, and answer as if all were well: messages are lost, and nobody notices. */
  dropNext(method: BusMethod, times = 1): void {
    this.#moods.drop(method, times);
  }

  /** The next calls of a method are made, and are rejected all the same: messages may arrive whose sender was told that they do not. */
  loseNext(method: keyof Bus, times = 1): void {
    this.#moods.lose(method, times);
  }

  /** Every call of a method takes so much longer, until {@link heal}. @param clock that of the machine by default. */
  lag(method: BusMethod, by: Duration, clock: Clock = systemClock): void {
    this.#moods.lag(method, by, clock);
  }

  /** Calls of a method wait from now on, until the answer is called: then all of them go on, in their order. */
  hold(method: BusMethod): () => void {
    return this.#moods.hold(method);
  }

  /** Messages are received twice, the next times that any come. */
  repeatNext(times = 1): void {
    this.#next.repeats = times;
  }

  /** Messages are received after those that follow, the next times that any come; they wait until some do. */
  swapNext(times = 1): void {
    this.#next.swaps = times;
  }

  /** Tells everybody who listens that messages were missed. */
  miss(reason = 'the bus was told to miss messages'): void {
    for (const listener of this.#listeners) listener.missed(reason);
  }

  /** No method fails, lags, or loses anything any longer; what is held stays held. */
  heal(): void {
    this.#moods.heal();
    Object.assign(this.#next, { repeats: 0, swaps: 0 });
  }
}
