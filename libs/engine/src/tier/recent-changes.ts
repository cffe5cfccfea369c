import type { Invalidation } from '../kernel/invalidation.js';

/** So many keys, and so many invalidations, are remembered at least, and twice as many at most. */
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
  readonly #keys: Noted<number>;
  readonly #invalidations: Noted<{ readonly invalidation: Invalidation; readonly at: number }>;

  constructor(windowMs: number) {
    this.#keys = new Noted(windowMs, (at) => at);
    this.#invalidations = new Noted(windowMs, ({ at }) => at);
  }

  changed(keys: Iterable<string>, now: number): void {
    for (const key of keys) this.#keys.note(key, now);
  }

  invalidated(invalidations: readonly Invalidation[], now: number): void {
    for (const invalidation of invalidations)
      this.#invalidations.note(`${invalidation.scope}:${invalidation.name}`, { invalidation, at: now });
  }

  recent(now: number): Recent {
    const invalidations = this.#invalidations.since(now);
    return {
      keys: [...this.#keys.since(now).keys()],
      invalidations: Array.from(invalidations.values(), ({ invalidation }) => invalidation),
      isComplete: this.#keys.isComplete(now) && this.#invalidations.isComplete(now),
    };
  }
}

/**
 * What was noted by name within a window of time. It is kept in two parts, and where the younger one is as old or as large as it may be, the older one
 * goes as a whole: a note costs one look-up, whatever goes by it.
 */
class Noted<T> {
  readonly #windowMs: number;
  readonly #atOf: (noted: T) => number;
  #younger = new Map<string, T>();
  #older = new Map<string, T>();
  /** When the younger part was begun, and when the last was noted in the older. */
  #begunAt = -Infinity;
  #olderUntil = -Infinity;
  /** When something was forgotten before its time. */
  #overflowAt = -Infinity;

  constructor(windowMs: number, atOf: (noted: T) => number) {
    this.#windowMs = windowMs;
    this.#atOf = atOf;
  }

  note(name: string, noted: T): void {
    const now = this.#atOf(noted);
    if (now - this.#begunAt > this.#windowMs || this.#younger.size >= MOST) this.#beginAnew(now);
    this.#younger.set(name, noted);
  }

  /** Of what was noted more than once, the last. */
  since(now: number): ReadonlyMap<string, T> {
    const all = [...this.#older, ...this.#younger];
    return new Map(all.filter(([, noted]) => now - this.#atOf(noted) <= this.#windowMs));
  }

  isComplete(now: number): boolean {
    return now - this.#overflowAt > this.#windowMs;
  }

  #beginAnew(now: number): void {
    if (this.#older.size > 0 && now - this.#olderUntil <= this.#windowMs) this.#overflowAt = now;
    this.#older = this.#younger;
    this.#olderUntil = now;
    this.#younger = new Map();
    this.#begunAt = now;
  }
}
