/** How a cache is: `'up'`, `'degraded'` where it serves but its store or its flushes fail, `'down'` once it is closed. */
export interface CacheHealth {
  readonly status: 'up' | 'degraded' | 'down';
  /** Entries in memory. */
  readonly items: number;
  /** Writes that are not in the store yet. */
  readonly dirtyWritesPending: number;
  /** What failed last in store or flush and has not worked since; `undefined` when all is well. */
  readonly problem: string | undefined;
}

/** Remembers the last failure until the same thing works again. */
export class HealthRecord {
  #problem: string | undefined;

  get problem(): string | undefined {
    return this.#problem;
  }

  failed(problem: string): void {
    this.#problem = problem;
  }

  worked(): void {
    this.#problem = undefined;
  }
}
