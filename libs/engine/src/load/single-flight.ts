import type { Fence, Fencing } from '../kernel/fencing.js';

interface Flight<T> {
  readonly fence: Fence;
  readonly isCurrent: () => boolean;
  readonly result: Promise<T>;
}

/** Something to be run once for all who ask for it at the same time. */
export interface Task<T> {
  run(fence: Fence): Promise<T>;
  /** Whether what it will answer may still be given to somebody who comes now. */
  isCurrent(): boolean;
}

/**
 * Runs one task per key at a time: who comes meanwhile waits for the same result, or the same rejection. Once a key
 * has been changed or invalidated, its running task no longer counts: who comes then starts another.
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

  run(key: string, task: Task<T>): Promise<T> {
    const running = this.#flights.get(key);
    if (running?.fence.holds() && running.isCurrent()) return running.result;
    const fence = this.#fencing.enter(key);
    const result = task.run(fence).finally(() => this.#land(key, flight));
    const flight: Flight<T> = { fence, isCurrent: () => task.isCurrent(), result };
    this.#flights.set(key, flight);
    return flight.result;
  }

  #land(key: string, flight: Flight<T>): void {
    flight.fence.release();
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
