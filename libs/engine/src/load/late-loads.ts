/** Beyond so many, what the one that was given up first will answer is no longer waited for. */
const MOST_LOADS = 10_000;

/** A load whose callers were let go at its hard timeout. */
export interface LateLoad {
  /** Its result is not kept, whatever it will be. */
  forget(): void;
  /** Its loader is told that nobody wants its result. */
  stop(reason: unknown): void;
}

/** The loads that were given up and whose loaders still run, so that their results may be kept; bounded, since some never answer. */
export class LateLoads {
  readonly #loads = new Set<LateLoad>();

  add(load: LateLoad): void {
    this.#loads.add(load);
    const [oldest] = this.#loads;
    if (this.#loads.size <= MOST_LOADS || oldest === undefined) return;
    this.#loads.delete(oldest);
    oldest.forget();
  }

  /** The loader has answered. */
  delete(load: LateLoad): void {
    if (this.#loads.size > 0) this.#loads.delete(load);
  }

  stop(reason: unknown): void {
    for (const load of this.#loads) load.stop(reason);
  }
}
