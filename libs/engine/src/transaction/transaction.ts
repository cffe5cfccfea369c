/** What a transaction does to one cache. */
export interface TransactionPart {
  /** Applies it to the cache. What goes synchronously, goes at the call. @throws CacheError `apply_failed` where the user's own data is lost. */
  apply(): Promise<void>;
  /** Leaves it to a transaction around. */
  moveTo(around: Transaction): void;
  /** Lets go of it; harmless after both. */
  end(): void;
}

/** One run of a function whose changes are made when it has ended well. */
export class Transaction {
  /** The one that it runs in. */
  readonly around: Transaction | undefined;
  readonly #parts: TransactionPart[] = [];
  #state: 'open' | 'kept' | 'dropped' = 'open';

  constructor(around: Transaction | undefined) {
    this.around = around;
  }

  /** This one, or where it has ended, the innermost around that has not: who goes on after the end is outside. */
  get open(): Transaction | undefined {
    return this.#state === 'open' ? this : this.around?.open;
  }

  /** One more cache takes part. */
  enlist(part: TransactionPart): void {
    this.#parts.push(part);
  }

  drop(): void {
    this.#state = 'dropped';
    for (const part of this.#parts) part.end();
  }

  /**
   * Makes all changes, those of all caches that have no store in one go; or leaves them to the transaction around. Where that one ended first, its end
   * is also the end of these.
   */
  async keep(): Promise<void> {
    this.#state = 'kept';
    const around = this.#host();
    try {
      if (around === 'none') return;
      if (around === undefined) await applyAll(this.#parts);
      else for (const part of this.#parts) part.moveTo(around);
    } finally {
      for (const part of this.#parts) part.end();
    }
  }

  /** Who takes the changes: a transaction around; nobody, where one was dropped; `undefined`: the caches themselves. */
  #host(): Transaction | 'none' | undefined {
    const { around } = this;
    if (around === undefined || around.#state === 'open') return around;
    return around.#state === 'dropped' ? 'none' : around.#host();
  }
}

/** Begins all before it waits for any; what one cache loses does not keep the others from theirs. */
async function applyAll(parts: readonly TransactionPart[]): Promise<void> {
  const outcomes = await Promise.allSettled(parts.map((part) => part.apply()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
