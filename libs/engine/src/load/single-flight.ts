import type { Fence, Fencing } from '../kernel/fencing.js';

interface Flight<T> {
  readonly fence: Fence;
  readonly result: Promise<T>;
}

/**
 * Runs one task per key at a time: who comes meanwhile waits for the same result, or the same rejection. Once a key
 * has been changed, its running task no longer counts: who comes then starts another.
 */
export class SingleFlight<T> {
  readonly #fencing: Fencing;
  readonly #flights = new Map<string, Flight<T>>();

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  /** How many tasks are running that can be joined. */
  get size(): number {
    return this.#flights.size;
  }

  run(key: string, task: (fence: Fence) => Promise<T>): Promise<T> {
    const running = this.#flights.get(key);
    if (running?.fence.holds()) return running.result;
    const fence = this.#fencing.enter(key);
    const flight = { fence, result: task(fence).finally(() => this.#land(key, flight)) };
    this.#flights.set(key, flight);
    return flight.result;
  }

  #land(key: string, flight: Flight<T>): void {
    flight.fence.release();
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
