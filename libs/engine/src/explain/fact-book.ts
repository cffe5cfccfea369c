import type { CacheEvent, Invalidated } from '../events/cache-event.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import { type Departure, type KeyFacts, noFacts } from './key-facts.js';

/** How many invalidations are remembered. */
const MOST_INVALIDATIONS = 1000;

const STALE: Omit<Departure, 'at'> = {
  reason: 'stale',
  detail: 'its time to live was over; it is kept for when its load fails',
};

/** What a fact book looks at. */
export interface FactBookParts {
  readonly clock: Clock;
  /** The keys of which facts are kept; those of which nothing was heard for longest are forgotten first. */
  readonly keys: number;
  /** What memory has under a key, fresh or stale. */
  readonly entryOf: (key: string) => Pick<EntryState<unknown>, 'tags'> | undefined;
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
  readonly #invalidations: { readonly at: number; readonly what: Invalidated }[] = [];
  /** Evictions of this turn of the event loop, of which it is not told yet for whose sake they were. */
  #evicted: Departure[] = [];
  #clearedAt = -Infinity;
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
    invalidated: (event) => this.#invalidated(event),
    cleared: () => (this.#clearedAt = this.#parts.clock.now()),
    snapshot_restored: () => (this.#clearedAt = this.#parts.clock.now()),
  };

  #written(key: string, source: 'caller' | 'load'): void {
    const facts = this.#factsOf(key);
    facts.written = { at: this.#parts.clock.now(), tags: this.#parts.entryOf(key)?.tags ?? [] };
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
    if (this.#parts.entryOf(key) === undefined) this.#left(key, departure);
  }

  #loading(key: string, load: Partial<Load> & Pick<Load, 'result'>): void {
    const at = this.#parts.clock.now();
    this.#factsOf(key).load = { durationMs: undefined, callers: undefined, error: undefined, ...load, at };
  }

  #invalidated(what: Invalidated): void {
    this.#invalidations.push({ at: this.#parts.clock.now(), what });
    if (this.#invalidations.length > MOST_INVALIDATIONS) this.#invalidations.shift();
  }

  /** Judged now: what is learnt later says nothing about this miss. */
  #missed(key: string): void {
    const facts = this.#factsOf(key);
    facts.miss = { ...this.#whyMissed(key, facts), at: this.#parts.clock.now() };
  }

  #whyMissed(key: string, facts: KeyFacts): Omit<Departure, 'at'> {
    const { written, departure } = facts;
    if (this.#parts.entryOf(key) !== undefined) return STALE;
    if (departure !== undefined) return departure;
    if (written === undefined) return this.#whyUnknown();
    const invalidation = this.#invalidationOf(key, written);
    if (invalidation !== undefined) return { reason: 'invalidated', detail: invalidation };
    if (this.#clearedAt >= written.at)
      return { reason: 'cleared', detail: 'everything was cleared or replaced' };
    return { reason: 'unknown', detail: 'it was written, and what became of it is not known' };
  }

  #whyUnknown(): Omit<Departure, 'at'> {
    if (this.#hasForgotten) return { reason: 'unknown', detail: 'nothing is known of it, or no longer' };
    return { reason: 'never_set', detail: 'it was never written since facts are kept' };
  }

  #invalidationOf(key: string, { at, tags }: NonNullable<KeyFacts['written']>): string | undefined {
    for (const invalidation of this.#invalidations.toReversed()) {
      if (invalidation.at < at) return undefined;
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
