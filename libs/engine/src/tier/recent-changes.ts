import type { Invalidation } from '../kernel/invalidation.js';

/** So many keys, and so many invalidations, are remembered at most. */
const MOST = 10_000;

/** What was changed in the last seconds, and may be missing where a server that had it has gone. */
export interface Recent {
  readonly keys: readonly string[];
  readonly invalidations: readonly Invalidation[];
  /** Whether that is all. */
  readonly isComplete: boolean;
}

/** Remembers what this process has changed in the shared tier, for a while. */
export class RecentChanges {
  readonly #windowMs: number;
  /** When each was changed last, the oldest first. */
  readonly #keys = new Map<string, number>();
  readonly #invalidations = new Map<string, { readonly invalidation: Invalidation; readonly at: number }>();
  /** When something was forgotten before its time. */
  #overflowAt = -Infinity;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  changed(keys: Iterable<string>, now: number): void {
    for (const key of keys) {
      this.#keys.delete(key);
      this.#keys.set(key, now);
    }
    this.#trim(this.#keys, (at) => at, now);
  }

  invalidated(invalidations: readonly Invalidation[], now: number): void {
    for (const invalidation of invalidations) {
      const name = `${invalidation.scope}:${invalidation.name}`;
      this.#invalidations.delete(name);
      this.#invalidations.set(name, { invalidation, at: now });
    }
    this.#trim(this.#invalidations, ({ at }) => at, now);
  }

  recent(now: number): Recent {
    this.#trim(this.#keys, (at) => at, now);
    this.#trim(this.#invalidations, ({ at }) => at, now);
    return {
      keys: [...this.#keys.keys()],
      invalidations: Array.from(this.#invalidations.values(), ({ invalidation }) => invalidation),
      isComplete: now - this.#overflowAt > this.#windowMs,
    };
  }

  #trim<T>(book: Map<string, T>, atOf: (noted: T) => number, now: number): void {
    for (const [name, noted] of book) {
      const isOld = now - atOf(noted) > this.#windowMs;
      if (!isOld && book.size <= MOST) return;
      if (!isOld) this.#overflowAt = now;
      book.delete(name);
    }
  }
}
