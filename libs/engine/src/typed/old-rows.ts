/** At most so many keys are remembered: the oldest are forgotten, and noticed again when they are read next. */
const MOST_KEYS = 10_000;

/** What can write a row again in the form of today: a cache. */
interface Rewriter {
  rewrite(key: string, isDue: () => boolean): Promise<void>;
}

/**
 * The rows that were migrated when they were read, and are stored in their old form until they are written again: by a caller, or, one after the
 * other, by what is here.
 */
export class OldRows {
  readonly #keys = new Set<string>();
  readonly #waiting = new Set<string>();
  #isRunning = false;

  /** A row was migrated; answers whether it was not known to be old. */
  found(key: string): boolean {
    if (this.#keys.has(key)) return false;
    if (this.#keys.size >= MOST_KEYS) this.#keys.delete(this.#oldest);
    this.#keys.add(key);
    return true;
  }

  /** A row was found in the form of today, or a value was put in its place. */
  settled(key: string): void {
    this.#keys.delete(key);
  }

  /** Has those of these rows that are old rewritten in the background. Costs a comparison where there are none. */
  renew(rewriter: Rewriter, keys: Iterable<string>): void {
    if (this.#keys.size === 0) return;
    for (const key of keys) if (this.#keys.has(key)) this.#waiting.add(key);
    if (!this.#isRunning && this.#waiting.size > 0) void this.#run(rewriter);
  }

  /** To be asked where there are some. */
  get #oldest(): string {
    const [key = ''] = this.#keys;
    return key;
  }

  /** One row at a time, so that readers have the store. A rewriter never rejects. */
  async #run(rewriter: Rewriter): Promise<void> {
    this.#isRunning = true;
    for (const key of this.#waiting) {
      await rewriter.rewrite(key, () => this.#keys.has(key));
      this.#waiting.delete(key);
      // Where it failed, the next read of the row begins anew.
      this.#keys.delete(key);
    }
    this.#isRunning = false;
  }
}

/** @see OldRows */
export function noOldRows(): OldRows {
  return new OldRows();
}
