import type { Invalidations } from '../invalidation/invalidations.js';
import type { Plan } from '../invalidation/targets.js';
import type { Change } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence, Fencing } from '../kernel/fencing.js';
import type { Judged } from '../kernel/invalidation.js';
import type { Step } from './step.js';

/** Beyond so many loaded values the one that was loaded first is forgotten. */
const MOST_LOADED = 10_000;

/** What drafts are made of. */
export interface DraftParts {
  /** A book in which nothing is invalidated. */
  readonly blank: () => Invalidations;
  /** Those of the cache: they tell what others have changed. */
  readonly fencing: Fencing;
  /** Those of the loads of the transaction. */
  readonly ownFencing: Fencing;
  /** Whether the store is the user's own data: invalidations drop none of it, and nobody's write is given up. */
  readonly isRecord: boolean;
}

/** What a transaction knows of a key by itself. */
export interface Own<V> {
  /** Nothing where the key was deleted. */
  readonly entry: EntryState<V> | undefined;
  /** Whether it was loaded, and not written. */
  readonly isLoaded: boolean;
}

/** What a transaction is to change in one cache, and what it has loaded; seen by nobody else. */
export class Draft<V> {
  readonly #parts: DraftParts;
  /** That of the transaction around. */
  readonly #around: Draft<V> | undefined;
  readonly #changes = new Map<string, EntryState<V> | undefined>();
  readonly #loaded = new Map<string, EntryState<V>>();
  /** Taken when a key is first written. */
  readonly #fences = new Map<string, Fence>();
  readonly #steps: Step[] = [];
  readonly #gone: Invalidations;

  constructor(parts: DraftParts, around: Draft<V> | undefined) {
    this.#parts = parts;
    this.#around = around;
    this.#gone = parts.blank();
  }

  /** In order, each key once; to be made after the {@link steps}. */
  get changes(): readonly Change<V>[] {
    return [...this.#changes];
  }

  /** In order. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Whether any entry of the cache may be gone for the transaction alone, other than by its key. */
  get hidesEntries(): boolean {
    return this.#steps.length > 0 || this.#around?.hidesEntries === true;
  }

  own(key: string): Own<V> | undefined {
    const loaded = this.#loaded.get(key);
    if (loaded !== undefined) return { entry: loaded, isLoaded: true };
    if (this.#changes.has(key)) return { entry: this.#changes.get(key), isLoaded: false };
    const around = this.#around?.own(key);
    if (around?.entry === undefined || this.#gone.isCurrent(key, around.entry)) return around;
    if (around.isLoaded) return undefined;
    return this.#parts.isRecord ? around : { entry: undefined, isLoaded: false };
  }

  /** Whether an entry of the cache is gone for the transaction. */
  hides(key: string, entry: Judged): boolean {
    return !this.#gone.isCurrent(key, entry) || this.#around?.hides(key, entry) === true;
  }

  put(key: string, entry: EntryState<V> | undefined): void {
    const { isRecord, fencing, ownFencing } = this.#parts;
    if (!isRecord && !this.#fences.has(key)) this.#fences.set(key, fencing.enter(key));
    ownFencing.raise(key);
    this.#loaded.delete(key);
    // The last change of a key also decides its place in the order.
    this.#changes.delete(key);
    this.#changes.set(key, entry);
  }

  take(step: Step): void {
    this.#steps.push(step);
    mark(this.#gone, step.hides);
    const now = this.#parts.blank();
    mark(now, step.hides);
    // What was written after an earlier step is judged by this one alone.
    for (const [key, entry] of this.#loaded) if (!now.isCurrent(key, entry)) this.#loaded.delete(key);
    if (step.dropsWrites)
      for (const [key, entry] of this.#changes)
        if (entry !== undefined && !now.isCurrent(key, entry)) this.#changes.set(key, undefined);
    this.#parts.ownFencing.raiseAll();
  }

  /** Remembers a loaded value for the rest of the transaction. */
  remember(key: string, entry: EntryState<V>): void {
    this.#loaded.delete(key);
    this.#loaded.set(key, entry);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > MOST_LOADED && oldest !== undefined) this.#loaded.delete(oldest);
  }

  forget(key: string): boolean {
    return this.#loaded.delete(key);
  }

  /** Whether nobody else has changed the key since it was first written here. */
  isUnchanged(key: string): boolean {
    return this.#fences.get(key)?.holds() ?? true;
  }

  /** Takes up what a transaction within this one has done. */
  absorb(inner: Draft<V>): void {
    for (const step of inner.#steps) this.take(step);
    for (const [key, entry] of inner.#changes) {
      const fence = inner.#fences.get(key);
      if (fence !== undefined && !this.#fences.has(key)) {
        this.#fences.set(key, fence);
        inner.#fences.delete(key);
      }
      this.put(key, entry);
    }
    for (const [key, entry] of inner.#loaded) this.remember(key, entry);
    inner.release();
  }

  /** To be called at the end, whatever came of it. */
  release(): void {
    for (const fence of this.#fences.values()) fence.release();
    this.#fences.clear();
  }
}

/** Later than all that is written: it concerns what is there until the transaction has ended. */
function mark(book: Invalidations, { keys, marks }: Plan): void {
  for (const each of marks) book.add({ ...each, version: Infinity });
  for (const key of keys) book.addKey(key, Infinity);
}
