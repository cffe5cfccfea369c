import type { MemoryCache } from '../memory/memory-cache.js';

/** What is kept of a call: its result, which may be undefined. */
export interface Result {
  readonly value: unknown;
}

/** How a memoized function has fared since it was made, or cleared. */
export interface MemoizeInfo {
  /** Calls that were answered without the function: by a result, or together with a call under way. */
  readonly hits: number;
  /** Calls of the function. */
  readonly misses: number;
  /** How many results are kept. */
  readonly size: number;
  readonly maxItems: number;
}

/** The results of a function, and its calls under way. */
export class Results {
  readonly #kept: MemoryCache<unknown, Result>;
  readonly #underWay = new Map<unknown, Promise<unknown>>();
  #hits = 0;
  #misses = 0;

  constructor(kept: MemoryCache<unknown, Result>) {
    this.#kept = kept;
  }

  /** The result under a key; where there is none, that of `call`. */
  of(key: unknown, call: () => unknown): unknown {
    const result = this.#kept.get(key) ?? this.#shared(key);
    if (result !== undefined) {
      this.#hits++;
      return result.value;
    }
    this.#misses++;
    const value = call();
    if (isPromise(value)) return this.#share(key, value);
    this.#kept.set(key, { value });
    return value;
  }

  info(): MemoizeInfo {
    const { size, bounds } = this.#kept;
    return { hits: this.#hits, misses: this.#misses, size, maxItems: bounds.maxItems };
  }

  clear(): void {
    this.#kept.clear();
    this.#underWay.clear();
    this.#hits = 0;
    this.#misses = 0;
  }

  #shared(key: unknown): Result | undefined {
    const value = this.#underWay.get(key);
    return value && { value };
  }

  /** Kept when it is fulfilled, unless the results were cleared meanwhile. */
  #share(key: unknown, promise: PromiseLike<unknown>): Promise<unknown> {
    const settled = (): boolean => {
      const isCurrent = this.#underWay.get(key) === shared;
      if (isCurrent) this.#underWay.delete(key);
      return isCurrent;
    };
    const shared: Promise<unknown> = Promise.resolve(promise).then(
      (value) => {
        if (settled()) this.#kept.set(key, { value: shared });
        return value;
      },
      (error: unknown) => {
        settled();
        throw error;
      },
    );
    this.#underWay.set(key, shared);
    return shared;
  }
}

/** Of whatever kind. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
