import type { Recorder } from './events/recorder.js';
import type { Invalidator } from './invalidation/invalidator.js';
import type { Invalidation } from './kernel/invalidation.js';
import { versionAt } from './kernel/sequence.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { BackingStore } from './store/backing-store.js';
import type { Leases } from './tier/leases.js';
import type { Neighbour } from './tier/link-parts.js';
import type { Overtaken } from './tier/overtaken.js';
import type { RecentChanges } from './tier/recent-changes.js';
import { TOO_CLOSE_MS } from './tier/shared-tier.js';
import type { TieredStore } from './tier/tiered-store.js';
import type { KeyOrder } from './write/key-order.js';

/** What a cache hears of others with. */
export interface NewsParts<V> {
  readonly memory: MemoryTier<V>;
  readonly tiered: TieredStore;
  readonly overtaken: Overtaken;
  /** The tier as a store, guarded. */
  readonly shared: BackingStore;
  readonly recent: RecentChanges;
  readonly leases: Leases | undefined;
  readonly invalidator: Invalidator;
  readonly order: KeyOrder;
  readonly recorder: Recorder<V>;
  readonly now: () => number;
  readonly nextVersion: () => number;
}

/** What is newer by less was written when the clocks of two processes cannot tell which of both was first. */
function newerThan(version: number): number {
  return version + versionAt(TOO_CLOSE_MS);
}

/** Does in one cache what other processes tell of: its memory forgets what they have changed, and so does a store that it has to itself. */
export class News<V> implements Neighbour {
  readonly #parts: NewsParts<V>;

  constructor(parts: NewsParts<V>) {
    this.#parts = parts;
  }

  changed(keys: readonly (readonly [key: string, version: number])[]): void {
    const { memory, tiered, overtaken, order, recorder } = this.#parts;
    // What was read from the user's truth says when it was read, and not which write it shows.
    const isRecord = tiered.role === 'record';
    if (!isRecord) overtaken.note(keys);
    const old = keys.filter(
      ([key, version]) => isRecord || (memory.readKept(key)?.version ?? 0) < newerThan(version),
    );
    for (const [key] of old) memory.drop(key);
    if (old.length === 0) return;
    const names = old.map(([key]) => key);
    recorder.invalidated({ keys: names });
    if (!tiered.hasOwnCache) return;
    this.#quietly(
      'forget what others have changed',
      order.run(names, () => tiered.forgetOwn(old.map(([key, version]) => [key, newerThan(version)]))),
    );
  }

  invalidated(invalidations: readonly Invalidation[]): void {
    const { tiered, recorder } = this.#parts;
    const named = (scope: Invalidation['scope']): string[] =>
      invalidations.filter((one) => one.scope === scope).map(({ name }) => name);
    const matching = [...named('pattern'), ...named('prefix').map((prefix) => `${prefix}*`)];
    recorder.invalidated({ tags: named('tag'), matching });
    this.#quietly('remember invalidations of others', tiered.rememberOwn(invalidations));
  }

  published(event: string, params: object): void {
    this.#parts.invalidator.heard(event, params);
  }

  released(keys: readonly string[]): void {
    this.#parts.leases?.released(keys);
  }

  forgetMemory(): void {
    this.#parts.memory.clear();
  }

  forgetAll(): void {
    const { tiered, overtaken, nextVersion } = this.#parts;
    this.forgetMemory();
    const version = nextVersion();
    if (tiered.role !== 'record') overtaken.noteAll(version);
    const everything = { scope: 'prefix', name: '', version } as const;
    this.#quietly('forget what may be old', tiered.rememberOwn([everything]));
  }

  restate(lost: 'all' | 'recent'): void {
    const { recent, shared, nextVersion, now } = this.#parts;
    const { keys, invalidations, isComplete } = recent.recent(now());
    if (lost === 'all' || !isComplete) return this.#invalidate([{ scope: 'prefix', name: '' }]);
    this.#invalidate(invalidations);
    const deletions = keys.map((key) => ({ type: 'delete', key, version: nextVersion() }) as const);
    if (keys.length > 0) this.#quietly('delete again what was changed', shared.apply(deletions));
  }

  #invalidate(targets: readonly Pick<Invalidation, 'scope' | 'name'>[]): void {
    const { shared, invalidator, nextVersion } = this.#parts;
    const version = nextVersion();
    const marks = targets.map(({ scope, name }) => ({ scope, name, version }));
    invalidator.takeUp(marks);
    if (marks.length > 0) this.#quietly('invalidate again', shared.invalidate(marks));
  }

  /** Nobody waits for it; what fails is reported. */
  #quietly(operation: string, done: Promise<void>): void {
    done.catch((error: unknown) => this.#parts.recorder.storeFailed(operation, error));
  }
}
