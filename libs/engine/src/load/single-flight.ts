import type { Fence, Fencing } from '../kernel/fencing.js';
import { selfLoad } from '../kernel/load-errors.js';
import { ShortLivedMap } from '../kernel/short-lived-map.js';

/** Something to be run once for all who ask for it at the same time. */
export interface Task<T> {
  run(fence: Fence): Promise<T>;
  /** Whether what it will answer may still be given to somebody who comes now. */
  isCurrent(): boolean;
}

/** A task that is running. */
export interface Flight<T, K extends Task<T>> {
  readonly task: K;
  readonly result: Promise<T>;
}

interface Fenced<T, K extends Task<T>> extends Flight<T, K> {
  readonly fence: Fence;
}

/**
 * Runs one task per key at a time: who comes meanwhile waits for the same result, or the same rejection. Once a key
 * has been changed or invalidated, its running task no longer counts: who comes then starts another.
 */
export class SingleFlight<T, K extends Task<T> = Task<T>> {
  readonly #fencing: Fencing;
  readonly #flights = new ShortLivedMap<string, Fenced<T, K>>();
  /** The keys whose tasks are being started, up to where they first wait, the innermost last. */
  readonly #starting: string[] = [];

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  /** How many tasks are running that can be joined. */
  get size(): number {
    return this.#flights.size;
  }

  /** The tasks that can be joined. */
  *tasks(): Generator<K, void> {
    for (const { task } of this.#flights.values()) yield task;
  }

  /**
   * The running task of a key, where what it will answer still counts.
   * @throws CacheError `self_load` where it is the task itself that asks, before it has been started.
   */
  running(key: string): Flight<T, K> | undefined {
    if (this.#starting.length > 0 && this.#starting.includes(key)) throw selfLoad(key);
    const flight = this.#flights.get(key);
    return flight?.fence.holds() && flight.task.isCurrent() ? flight : undefined;
  }

  /** Joins the running task of a key, or begins one. */
  join(key: string, begin: () => K): Flight<T, K> {
    const running = this.running(key);
    if (running !== undefined) return running;
    const fence = this.#fencing.enter(key);
    const task = begin();
    const flight: Fenced<T, K> = { fence, task, result: this.#start(key, task, fence) };
    this.#flights.set(key, flight);
    const land = (): void => this.#land(key, flight);
    flight.result.then(land, land);
    return flight;
  }

  /** Lets nobody join a task any more. */
  abandon(key: string, task: K): void {
    if (this.#flights.get(key)?.task === task) this.#flights.delete(key);
  }

  #start(key: string, task: K, fence: Fence): Promise<T> {
    this.#starting.push(key);
    try {
      return task.run(fence);
    } finally {
      this.#starting.pop();
    }
  }

  #land(key: string, flight: Fenced<T, K>): void {
    flight.fence.release();
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
