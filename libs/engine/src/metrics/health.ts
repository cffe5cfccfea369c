/** How a cache is: `'up'`, `'degraded'` where it serves but its store or its flushes fail, or where there are dead letters, `'down'` once it is closed. */
export interface CacheHealth {
  readonly status: 'up' | 'degraded' | 'down';
  /** Entries in memory. */
  readonly items: number;
  /** Writes that are not in the store yet. */
  readonly dirtyWritesPending: number;
  /** What failed last in store or flush and has not worked since; `undefined` when all is well. */
  readonly problem: string | undefined;
}

/** `'store'`: single calls on it; `'tier'`: whether it is asked at all. */
type Watched = 'store' | 'flush' | 'tier';

/** Remembers the last failure of store and flush until the same thing works again. */
export class HealthRecord {
  readonly #problems = new Map<Watched, string>();

  /** What does not work; a flush that failed matters as long as writes wait for one. */
  problem(pendingWrites: number, deadLetters = 0): string | undefined {
    const flush = pendingWrites > 0 ? this.#problems.get('flush') : undefined;
    const dead = deadLetters > 0 ? `the store has refused ${deadLetters} writes for good` : undefined;
    return flush ?? this.#problems.get('tier') ?? this.#problems.get('store') ?? dead;
  }

  failed(what: Watched, problem: string): void {
    this.#problems.set(what, problem);
  }

  worked(what: Watched): void {
    this.#problems.delete(what);
  }
}
