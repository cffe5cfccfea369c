import type { Observable, Observer, Subscription } from 'rxjs';
import type { CacheEvent } from './cache-event.js';
import { EventStream } from './event-stream.js';
import { KeyWatch, type WatchedEntries } from './key-watch.js';

/** What watches of keys are made of. */
export interface KeyWatchesParts<V> {
  readonly events$: Observable<CacheEvent>;
  readonly entries: WatchedEntries<V>;
  /** Told what observers throw. */
  readonly failed: (error: unknown) => void;
}

/** Everything that may have changed any key. */
const CHANGE_OF_ALL = new Set<CacheEvent['type']>([
  'cleared',
  'snapshot_restored',
  'warm_started',
  'tier_recovered',
]);
/** What changes one key. */
const CHANGE_OF_ONE = new Set<CacheEvent['type']>([
  'entry_set',
  'entry_deleted',
  'entry_expired',
  'dead_lettered',
]);

/** The keys that somebody watches. Listens to the events of the cache while there are any. */
export class KeyWatches<V> {
  readonly #parts: KeyWatchesParts<V>;
  readonly #watches = new Map<string, Set<KeyWatch<V>>>();
  #listening: Subscription | undefined;

  constructor(parts: KeyWatchesParts<V>) {
    this.#parts = parts;
  }

  /** How many keys are watched. */
  get size(): number {
    return this.#watches.size;
  }

  watch$(key: string): Observable<V | undefined> {
    return new EventStream<V | undefined>(this.#parts.failed, (observer) => this.#begin(key, observer));
  }

  #begin(key: string, observer: Observer<V | undefined>): () => void {
    const watch = new KeyWatch(this.#parts.entries, key, observer);
    const others = this.#watches.get(key);
    if (others === undefined) this.#watches.set(key, new Set([watch]));
    else others.add(watch);
    this.#listen();
    if (this.#watches.get(key)?.has(watch) === true) watch.look();
    return () => this.#end(key, watch);
  }

  #end(key: string, watch: KeyWatch<V>): void {
    watch.stop();
    const watches = this.#watches.get(key);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(key);
    if (this.#watches.size > 0) return;
    this.#listening?.unsubscribe();
    this.#listening = undefined;
  }

  /** Where the cache is closed already, whoever begins to watch is told so. */
  #listen(): void {
    if (this.#listening !== undefined) return;
    const listening = this.#parts.events$.subscribe({
      next: (event) => this.#hear(event),
      complete: () => this.#complete(),
    });
    this.#listening = listening.closed ? undefined : listening;
  }

  #hear(event: CacheEvent): void {
    if (CHANGE_OF_ALL.has(event.type)) return this.#all().forEach((watch) => watch.look());
    if (event.type === 'invalidated')
      return this.#all().forEach((watch) => watch.lookIfGone(event.keys ?? []));
    // What was evicted is still in the store, where there is one.
    const isEvicted = event.type === 'entry_evicted' && this.#parts.entries.behind === undefined;
    if (!isEvicted && !CHANGE_OF_ONE.has(event.type)) return;
    if (!('key' in event)) return;
    this.#watches.get(event.key)?.forEach((watch) => watch.look());
  }

  #complete(): void {
    const all = this.#all();
    this.#watches.clear();
    this.#listening = undefined;
    for (const watch of all) watch.complete();
  }

  #all(): readonly KeyWatch<V>[] {
    return [...this.#watches.values()].flatMap((watches) => [...watches]);
  }
}
