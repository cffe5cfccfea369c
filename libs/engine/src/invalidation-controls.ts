import { type Candidate, dryRun, type DryRun } from './invalidation/dry-run.js';
import type { InvalidatedStore, Invalidator } from './invalidation/invalidator.js';
import type { Templates } from './invalidation/rules.js';
import type { EventSource } from './invalidation/sources.js';
import { planOf, type Targets } from './invalidation/targets.js';
import type { EventParams } from './invalidation/templates.js';
import type { Invalidations } from './invalidation/invalidations.js';
import { assertKey } from './kernel/assert-key.js';
import { fromWallTime } from './kernel/clock.js';
import type { MemoryTier } from './memory/memory-tier.js';
import { SnapshotControls, type SnapshotControlsParts } from './snapshot-controls.js';
import type { Row } from './store/backing-store.js';
import type { StoreSide } from './store-side.js';
import type { KeyOrder } from './write/key-order.js';
import { acknowledge } from './write/operations.js';

/** What invalidations are made of. */
export interface InvalidationControlsParts<V> extends SnapshotControlsParts<V> {
  readonly validity: Invalidations;
  readonly invalidator: Invalidator;
}

/** What is to be tried: targets, and what an event would invalidate by its rules. */
export interface TrialTargets extends Targets {
  readonly event?: { readonly name: string; readonly params: EventParams } | undefined;
}

/**
 * Ways to make entries gone that are no longer true. Each holds at once when it is called, also for what is being loaded, and for good in a store
 * of the role `'cache'` when its promise resolves. From a store of the role `'record'`, the user's own data, nothing is ever deleted: memory
 * forgets, and reads again.
 */
export abstract class InvalidationControls<V> extends SnapshotControls<V> {
  readonly #parts: InvalidationControlsParts<V>;

  constructor(parts: InvalidationControlsParts<V>) {
    super(parts);
    this.#parts = parts;
  }

  /**
   * Makes every entry gone that carries one of the tags. O(1) per tag in memory.
   * @throws CacheError `store_failed` where a store of the role `'cache'` could not remember it; in this process it holds all the same.
   */
  async invalidateTags(...tags: readonly string[]): Promise<void> {
    await this.#invalidate({ tags });
  }

  /**
   * Makes every entry gone whose key matches: `*` stands for any characters or none, `?` for one, `\` makes the next one literal. A pattern
   * without any is one key; one that ends in its only `*` is a prefix, which costs least. Resolves when memory is swept, too: O(entries), in
   * slices, beside everything else.
   * @throws CacheError `bad_pattern`, `store_failed` as {@link invalidateTags}.
   */
  async invalidateMatching(pattern: string): Promise<void> {
    const invalidated = this.#invalidate({ matching: [pattern] });
    await Promise.all([invalidated, invalidated.then(() => this.#parts.invalidator.sweep())]);
  }

  /**
   * Makes every entry gone whose key begins with the namespace and a `:`; `user` also reaches `user:profile:42`, and not the key `user` itself.
   * O(1): what is gone takes its place in memory until it is evicted or expires.
   * @throws CacheError `bad_option`, `store_failed` as {@link invalidateTags}.
   */
  async bumpVersion(namespace: string): Promise<void> {
    await this.#invalidate({ namespaces: [namespace] });
  }

  /**
   * From now on `dependent` is gone whenever `key` is set, deleted or invalidated by its key, a pattern or a namespace; so is all that depends on
   * `dependent`. A tag reaches what carries it, and nothing that depends on it. At most 100,000 dependencies; they are not stored.
   * @throws CacheError `bad_dependency` showing the cycle that it would close.
   */
  addDependency(key: string, dependent: string): void {
    this.assertOpen();
    assertKey(key);
    assertKey(dependent);
    const { invalidator, recorder } = this.#parts;
    invalidator.dependencies.add(key, dependent);
    recorder.onChanged ??= (changed) => invalidator.changed(changed);
  }

  /** Takes a dependency back; answers whether there was one. */
  removeDependency(key: string, dependent: string): boolean {
    this.assertOpen();
    return this.#parts.invalidator.dependencies.remove(key, dependent);
  }

  /**
   * From now on the event invalidates what its templates say, such as `['user:{id}', 'user:{id}:*']`; answers how to stop. What is filled in
   * stands for itself, wildcards included.
   * @throws CacheError `bad_rule` naming the template.
   */
  invalidateOn(event: string, templates: Templates): () => void;
  /**
   * From now on every event of a stream, such as an `Observable` of RxJS, invalidates what `targetsOf` answers; answers how to stop, which
   * closing the cache does, too. What it throws, an error of the stream and a failing store become an event `invalidation_failed`.
   */
  invalidateOn<E>(source: EventSource<E>, targetsOf: (event: E) => Targets): () => void;
  invalidateOn<E>(on: string | EventSource<E>, what: Templates | ((event: E) => Targets)): () => void {
    this.assertOpen();
    const { rules, sources } = this.#parts.invalidator;
    if (typeof on !== 'string' && typeof what === 'function') return sources.add(on, what);
    // The overloads leave no other: wrong ones are refused by the rules.
    return rules.add(on as string, what as Templates);
  }

  /**
   * Invalidates what the rules of an event say; nothing where it has none. As {@link bumpVersion}, it does not sweep memory.
   * @throws CacheError `bad_rule` naming template, place and event where `params` lack something; nothing was invalidated then. `store_failed`
   * as {@link invalidateTags}.
   */
  async publish(event: string, params: EventParams = {}): Promise<void> {
    this.assertOpen();
    const { invalidator } = this.#parts;
    const targets = invalidator.rules.targetsOf(event, params);
    if (Object.values(targets).some((names) => names.length > 0))
      await invalidator.invalidate(targets, event);
    // Inside of a transaction the others are not to reload yet what it has not committed.
    if (invalidator.transaction() === undefined) await invalidator.announce?.(event, params);
  }

  /**
   * How many entries an invalidation would make gone, and the first 100 of their keys; changes nothing. Counts memory and the rows of a store of the
   * role `'cache'`, which are read one and all unless only keys are asked for: O(entries), in slices.
   */
  async wouldInvalidate(targets: TrialTargets): Promise<DryRun> {
    this.assertOpen();
    const { event, ...given } = targets;
    const { validity, invalidator } = this.#parts;
    const plans = [planOf(given)];
    if (event !== undefined) plans.push(planOf(invalidator.rules.targetsOf(event.name, event.params)));
    const keys = plans.flatMap((plan) => invalidator.keysOf(plan));
    const marks = plans.flatMap((plan) => plan.marks);
    const tried = validity.blank();
    for (const mark of marks) tried.add({ ...mark, version: Infinity });
    for (const key of keys) tried.addKey(key, Infinity);
    const stored = this.#stored(marks.length === 0 ? keys : undefined);
    return dryRun({ resident: this.#resident(), stored }, tried);
  }

  async #invalidate(targets: Targets): Promise<void> {
    this.assertOpen();
    await this.#parts.invalidator.invalidate(targets);
  }

  *#resident(): Generator<Candidate, void> {
    const { memory, validity } = this.#parts;
    for (const slot of memory.table.living()) {
      const [key, note] = [memory.table.keyAt(slot), memory.table.note(slot)];
      if (note !== undefined && validity.isCurrent(key, note)) yield { key, ...note };
    }
  }

  /** The rows that a reader would find, and that are not in memory. @param keys where only these are asked for. */
  async *#stored(keys: readonly string[] | undefined): AsyncGenerator<readonly Candidate[], void> {
    const { side, validity, clock, memory } = this.#parts;
    if (side?.store.role !== 'cache') return;
    const { store } = side;
    const isThere = (row: Row): boolean =>
      side.policy.pending(row.key) === undefined &&
      memory.readKept(row.key) === undefined &&
      fromWallTime(clock, row.expiresAt) > clock.now() &&
      validity.isCurrent(row.key, row);
    const pages = keys === undefined ? (store.scan?.() ?? [await store.rows()]) : [await store.getMany(keys)];
    for await (const rows of pages) yield rows.filter(isThere);
  }
}

/** A store that is a tier of the cache, as invalidations see it; nothing where there is none, or it is the user's truth. */
export function invalidatedStore(side: StoreSide | undefined, order: KeyOrder): InvalidatedStore | undefined {
  if (side === undefined) return undefined;
  const isCache = side.store.role === 'cache';
  if (!isCache && side.tiered === undefined) return undefined;
  return {
    invalidate: (invalidations) => side.store.invalidate(invalidations),
    delete: (keys, version) => {
      const operations = keys.map((key) => ({ type: 'delete', key, version }) as const);
      return order.run(keys, async () => {
        if (isCache) await acknowledge(side.policy, operations);
        const { tiered } = side;
        if (tiered !== undefined && (!isCache || side.isBuffering)) await tiered.announce(operations);
      });
    },
  };
}

/** A pass over memory that lets go of what was invalidated. */
export function* passOver<V>(memory: MemoryTier<V>): Generator<void, void> {
  for (const slot of memory.table.living()) {
    memory.readKept(memory.table.keyAt(slot));
    yield;
  }
}
