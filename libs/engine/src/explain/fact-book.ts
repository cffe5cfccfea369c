import type { CacheEvent, Invalidated } from '../events/cache-event.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import { isStale } from '../kernel/staleness.js';
import { type Departure, type KeyFacts, noFacts, type Written } from './key-facts.js';

/** How many invalidations are remembered. */
const MOST_INVALIDATIONS = 1000;

const KEPT = 'it is kept, to be served while it is loaded anew or where its load fails';

/** What a fact book looks at. */
export interface FactBookParts {
  readonly clock: Clock;
  /** The keys of which facts are kept; those of which nothing was heard for longest are forgotten first. */
  readonly keys: number;
  /** What memory has under a key, fresh or stale. */
  readonly entryOf: (key: string) => Pick<EntryState<unknown>, 'tags' | 'freshness'> | undefined;
  /** Whether what leaves memory may still be in a store. */
  readonly hasStore: boolean;
  /** Who chooses the victims now. */
  readonly strategy: () => string;
  /** Whether an invalidation is about a key with these tags. */
  readonly concerns: (invalidated: Invalidated, key: string, tags: readonly string[]) => string | undefined;
}

/** What is noted of which event. */
type Notes = { readonly [T in CacheEvent['type']]?: (event: Extract<CacheEvent, { type: T }>) => void };

type Load = NonNullable<KeyFacts['load']>;

/** Listens to a cache, and remembers for a bounded number of keys what became of them. */
export class FactBook {
  readonly #parts: FactBookParts;
  readonly #facts = new Map<string, KeyFacts>();
  readonly #invalidations: { readonly order: number; readonly what: Invalidated }[] = [];
  /** Evictions of this turn of the event loop, of which it is not told yet for whose sake they were. */
  #evicted: Departure[] = [];
  /** Counts events, which may happen at the same time. */
  #order = 0;
  #clearedAt = -1;
  /** Whether anything was ever forgotten: then nobody can say that a key was never written. */
  #hasForgotten = false;

  constructor(parts: FactBookParts) {
    this.#parts = parts;
  }

  /** `undefined` where nothing is known. */
  of(key: string): KeyFacts | undefined {
    return this.#facts.get(key);
  }

  note(event: CacheEvent): void {
    // A note is made of events of its own type; of others there is none.
    this.#order++;
    const notes = this.#notes as Readonly<Record<string, (event: CacheEvent) => void>>;
    if (Object.hasOwn(notes, event.type)) notes[event.type]?.(event);
  }

  readonly #notes: Notes = {
    entry_set: ({ key, source }) => this.#written(key, source),
    entry_evicted: ({ key }) => this.#evictedNow(key),
    entry_expired: ({ key }) => void this.#left(key, { reason: 'expired', detail: 'its life was over' }),
    entry_deleted: ({ key }) => void this.#left(key, { reason: 'deleted', detail: 'it was deleted' }),
    entry_get_miss: ({ key }) => this.#missed(key),
    load_started: ({ key }) => this.#loading(key, { result: 'running' }),
    load_ended: ({ key, durationMs, callers }) =>
      this.#loading(key, { durationMs, callers, result: 'answered' }),
    load_failed: ({ key, error }) => {
      this.#loading(key, { result: 'failed', error });
      this.#leftUnlessKept(key, { reason: 'load_failed', detail: 'its last load failed' });
    },
    load_fenced: ({ key }) => {
      this.#loading(key, { ...this.#factsOf(key).load, result: 'fenced' });
      const detail = 'it was changed or invalidated while it was loaded';
      this.#leftUnlessKept(key, { reason: 'fenced', detail });
    },
    stale_served: ({ key }) => this.#servedStale(key),
    invalidated: (event) => this.#invalidated(event),
    cleared: () => (this.#clearedAt = this.#order),
    snapshot_restored: () => (this.#clearedAt = this.#order),
  };

  #written(key: string, source: 'caller' | 'load'): void {
    const facts = this.#factsOf(key);
    const entry = this.#parts.entryOf(key);
    const isExpired = entry !== undefined && isStale(entry, this.#parts.clock.now());
    facts.written = { order: this.#order, tags: entry?.tags ?? [], isExpired };
    facts.departure = undefined;
    if (source === 'load' && facts.load !== undefined) facts.load = { ...facts.load, result: 'kept' };
    for (const eviction of this.#evicted) eviction.detail += `, to make room for ${JSON.stringify(key)}`;
    this.#evicted = [];
  }

  #evictedNow(key: string): void {
    const detail = `${this.#parts.strategy()} chose it`;
    // What comes into memory from the store, or a change of its bounds, makes room as well, and tells nobody.
    if (this.#evicted.length === 0) queueMicrotask(() => (this.#evicted = []));
    this.#evicted.push(this.#left(key, { reason: 'evicted', detail }));
  }

  #left(key: string, departure: Omit<Departure, 'at'>): Departure {
    return (this.#factsOf(key).departure = { at: this.#parts.clock.now(), ...departure });
  }

  /** A load that came to nothing takes nothing away. */
  #leftUnlessKept(key: string, departure: Omit<Departure, 'at'>): void {
    if (this.#parts.entryOf(key) === undefined && !this.#isKeptStale(key)) this.#left(key, departure);
  }

  /** What was served is kept somewhere, and has not left by a load that came to nothing. */
  #servedStale(key: string): void {
    const facts = this.#factsOf(key);
    facts.served = this.#order;
    facts.departure = undefined;
  }

  /** Whether a stale value was served that nothing has taken away since. */
  #isKeptStale(key: string): boolean {
    const { served, departure, written } = this.#factsOf(key);
    if (served === undefined || this.#clearedAt > served) return false;
    if (departure !== undefined && !this.#mayBeStored(departure)) return false;
    return this.#invalidationOf(key, { order: served, tags: written?.tags ?? [] }) === undefined;
  }

  #loading(key: string, load: Partial<Load> & Pick<Load, 'result'>): void {
    const at = this.#parts.clock.now();
    this.#factsOf(key).load = { durationMs: undefined, callers: undefined, error: undefined, ...load, at };
  }

  #invalidated(what: Invalidated): void {
    this.#invalidations.push({ order: this.#order, what });
    if (this.#invalidations.length > MOST_INVALIDATIONS) this.#invalidations.shift();
  }

  /** Judged now: what is learnt later says nothing about this miss. */
  #missed(key: string): void {
    const facts = this.#factsOf(key);
    facts.miss = { ...this.#whyMissed(key, facts), at: this.#parts.clock.now() };
  }

  #whyMissed(key: string, facts: KeyFacts): Omit<Departure, 'at'> {
    const { written, departure } = facts;
    if (this.#parts.entryOf(key) !== undefined) return this.#whyStale(key, written);
    if (departure !== undefined && !this.#mayBeStored(departure)) return departure;
    return this.#whyGone(key, facts) ?? departure ?? this.#whyUnknown(facts);
  }

  #mayBeStored({ reason }: Departure): boolean {
    return reason === 'evicted' && this.#parts.hasStore;
  }

  /** By what it went that says nothing of single keys. */
  #whyGone(key: string, { written, served }: KeyFacts): Omit<Departure, 'at'> | undefined {
    const since = written ?? (served === undefined ? undefined : { order: served, tags: [] });
    if (since === undefined) return undefined;
    const invalidation = this.#invalidationOf(key, since);
    if (invalidation !== undefined) return { reason: 'invalidated', detail: invalidation };
    const isCleared = this.#clearedAt > since.order;
    return isCleared ? { reason: 'cleared', detail: 'everything was cleared or replaced' } : undefined;
  }

  /** An invalidation of what is there leaves nothing; what stays is told as one where `expire` was asked for what is the user's truth. */
  #whyStale(key: string, written: Written | undefined): Omit<Departure, 'at'> {
    const isInvalidated = this.#invalidationOf(key, written ?? { order: -1, tags: [] }) !== undefined;
    const isExpired = written?.isExpired === true || isInvalidated;
    const why = isExpired ? 'it was expired by expire()' : 'its time to live was over';
    return { reason: 'stale', detail: `${why}; ${KEPT}` };
  }

  #whyUnknown({ written, served }: KeyFacts): Omit<Departure, 'at'> {
    if (written !== undefined || served !== undefined)
      return { reason: 'unknown', detail: 'it was there, and what became of it is not known' };
    if (this.#hasForgotten) return { reason: 'unknown', detail: 'nothing is known of it, or no longer' };
    return { reason: 'never_set', detail: 'it was never written since this cache was opened' };
  }

  #invalidationOf(key: string, { order, tags }: Pick<Written, 'order' | 'tags'>): string | undefined {
    for (const invalidation of this.#invalidations.toReversed()) {
      if (invalidation.order < order) return undefined;
      const by = this.#parts.concerns(invalidation.what, key, tags);
      if (by !== undefined) return by;
    }
    return undefined;
  }

  #factsOf(key: string): KeyFacts {
    const facts = this.#facts.get(key) ?? noFacts();
    this.#facts.delete(key);
    this.#facts.set(key, facts);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > this.#parts.keys && oldest !== undefined) {
      this.#facts.delete(oldest);
      this.#hasForgotten = true;
    }
    return facts;
  }
}
