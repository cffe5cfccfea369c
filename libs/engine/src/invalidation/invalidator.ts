import type { Fencing } from '../kernel/fencing.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { Residents } from '../kernel/residents.js';
import type { Sequence } from '../kernel/sequence.js';
import { Dependencies } from './dependencies.js';
import { Rules } from './rules.js';
import { Sources } from './sources.js';
import { Sweep } from './sweep.js';
import type { Invalidations } from './invalidations.js';
import { type Plan, planOf, type Targets } from './targets.js';

/** A store that is a tier of the cache, as invalidations see it. Invalidations touch no other. */
export interface InvalidatedStore {
  /** Remembers invalidations, so that they hold after a restart. */
  invalidate(invalidations: readonly Invalidation[]): Promise<void>;
  /** Deletes the rows of keys and what is pending for them, in the turn of each key. */
  delete(keys: readonly string[], version: number): Promise<void>;
}

/** What was invalidated, by which of the user's events, if any, and what went since it depends on others. */
export interface Done extends Targets {
  readonly dependents?: readonly string[] | undefined;
  /** The key that a caller has changed. */
  readonly changed?: string | undefined;
  readonly event?: string | undefined;
}

/** Who is told. */
export interface InvalidationObserver {
  invalidated(done: Done): void;
  /** Something went wrong where no caller is told. */
  invalidationFailed(error: unknown): void;
}

/** Where invalidations wait. */
export interface Waiting {
  invalidate(checked: Plan & { readonly targets: Targets; readonly event: string | undefined }): void;
}

/** What an invalidator works on. */
export interface InvalidatorParts {
  readonly validity: Invalidations;
  /** Draws versions that are larger than those of all entries that are there. */
  readonly sequence: Pick<Sequence, 'next'>;
  readonly fencing: Fencing;
  readonly residents: Pick<Residents<unknown>, 'drop' | 'readKept'>;
  /** Nothing where the cache has no store, or one that is the user's truth. */
  readonly store: InvalidatedStore | undefined;
  readonly observer: InvalidationObserver;
  /** Looks at one entry of memory in each step, and lets go of it where it was invalidated. */
  readonly pass: () => Iterable<unknown>;
}

/**
 * Makes entries gone: at once in this process, also those that are being loaded; for good in a store that is a tier of the cache. It deletes
 * nothing from a store that is the user's truth.
 */
export class Invalidator {
  readonly dependencies = new Dependencies();
  readonly rules = new Rules();
  readonly sources: Sources<Targets>;
  /** The transaction that the caller is in, where what is invalidated waits for its end; nothing outside of one. */
  transaction: () => Waiting | undefined = () => undefined;
  /** Tells other processes of an event, so that they apply their own rules; nothing where there are none. */
  announce: ((event: string, params: object) => Promise<void>) | undefined;
  readonly #sweep: Sweep;
  readonly #parts: InvalidatorParts;

  constructor(parts: InvalidatorParts) {
    this.#parts = parts;
    this.#sweep = new Sweep(parts.pass);
    this.sources = new Sources({
      invalidate: (targets) => this.invalidate(targets),
      failed: (error) => parts.observer.invalidationFailed(error),
    });
  }

  /** Lets go of what was invalidated and is still in memory, in slices. O(entries). */
  sweep(): Promise<void> {
    return this.#sweep.run();
  }

  /** Streams of events are no longer listened to. */
  stop(): void {
    this.sources.stop();
  }

  /**
   * Resolves when the store has it, too. Where the store fails, what was invalidated stays so in this process, and the caller is told.
   * @throws CacheError where the targets are wrong; nothing was invalidated.
   */
  async invalidate(targets: Targets, event?: string): Promise<void> {
    const { validity, sequence, store, observer } = this.#parts;
    const plan = planOf(targets);
    const keys = this.keysOf(plan);
    const waiting = this.transaction();
    if (waiting !== undefined) return waiting.invalidate({ targets, event, keys, marks: plan.marks });
    const version = sequence.next();
    const marks = plan.marks.map((mark) => ({ ...mark, version }));
    for (const mark of marks) validity.add(mark);
    this.#forget(keys, version);
    const named = new Set(plan.keys);
    const dependents = keys.filter((key) => !named.has(key));
    observer.invalidated({ ...targets, keys, dependents, event });
    await Promise.all([
      marks.length === 0 ? undefined : store?.invalidate(marks),
      this.#deleteStored(keys, version),
    ]);
  }

  /** Another process has published an event: what the rules of this cache say of it is done here, where it has not told its own doing already. */
  heard(event: string, params: object): void {
    const { validity, sequence, observer } = this.#parts;
    try {
      const targets = this.rules.targetsOf(event, params);
      const plan = planOf(targets);
      const keys = this.keysOf(plan);
      if (keys.length + plan.marks.length === 0) return;
      const version = sequence.next();
      for (const mark of plan.marks) validity.add({ ...mark, version });
      this.#forget(keys, version);
      observer.invalidated({ ...targets, keys, event });
    } catch (error) {
      observer.invalidationFailed(error);
    }
  }

  /** As {@link invalidate}, in this process alone: the others are told elsewhere. */
  takeUp(invalidations: readonly Invalidation[]): void {
    for (const invalidation of invalidations) this.#parts.validity.takeUp(invalidation);
  }

  /** A caller has changed a key: what depends on it goes. A store deletes it in the background; it is not seen meanwhile. */
  changed(key: string): void {
    const { sequence, observer } = this.#parts;
    const keys = this.dependencies.dependentsOf([key]);
    if (keys.length === 0) return;
    const version = sequence.next();
    this.#forget(keys, version);
    observer.invalidated({ keys, dependents: keys, changed: key });
    this.#deleteStored(keys, version).catch((error: unknown) => observer.invalidationFailed(error));
  }

  /** The keys of a plan, and all that depends on them or on keys that its namespaces and patterns are about. */
  keysOf({ keys, marks }: Plan): string[] {
    if (this.dependencies.size === 0) return [...keys];
    const marked = this.#parts.validity.blank();
    for (const mark of marks) marked.add({ ...mark, version: 1 });
    const sources = [...this.dependencies.keys()].filter(
      (key) => !marked.isCurrent(key, { tags: [], version: 0 }),
    );
    return [...new Set([...keys, ...this.dependencies.dependentsOf([...keys, ...sources])])];
  }

  #forget(keys: readonly string[], version: number): void {
    const { validity, fencing, residents, store } = this.#parts;
    for (const key of keys) {
      if (store !== undefined) validity.addKey(key, version);
      residents.drop(key);
      fencing.raise(key);
    }
  }

  /** Once they are deleted, their marks are not needed; who has read them before does not bring them back. */
  async #deleteStored(keys: readonly string[], version: number): Promise<void> {
    const { store, validity, fencing, residents } = this.#parts;
    if (store === undefined || keys.length === 0) return;
    await store.delete(keys, version);
    for (const key of keys) {
      // Lets go of what has come into memory meanwhile, hidden by the mark.
      residents.readKept(key);
      fencing.raise(key);
      validity.forgiveKey(key, version);
    }
  }
}
