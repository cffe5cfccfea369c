/** What is known of a key: where it is, how it ages, how it was loaded, and why it was missed. */
export interface Explanation {
  readonly key: string;
  /** Where a `get` would find it now; `undefined` where it would not. */
  readonly foundIn: 'memory' | 'pending' | 'store' | undefined;
  /** The entry in memory, fresh or stale. */
  readonly memory: ResidentExplanation | undefined;
  /** The row of the store; not there where it expired or was invalidated. */
  readonly store: StoredExplanation | undefined;
  /** Known where `explain` is on, of the keys that it has not forgotten. */
  readonly lastLoad: LoadExplanation | undefined;
  /** Known where `explain` is on, of the keys that it has not forgotten. */
  readonly lastMiss: MissExplanation | undefined;
  /** Why the store could not be read; what it has is not known then. */
  readonly storeError: unknown;
  /** All of it in a few sentences. */
  readonly summary: string;
}

/** An entry in memory. */
export interface ResidentExplanation {
  readonly isStale: boolean;
  /** Whether it waits to be stored. */
  readonly isDirty: boolean;
  readonly ageMs: number;
  /** For how long it is fresh, 0 or less where it is stale; `Infinity` where it does not expire. */
  readonly freshMs: number;
  /** How often it was read since it came into memory. */
  readonly hits: number;
  /** Bytes, as `weigh` counts them. */
  readonly weight: number;
  readonly tags: readonly string[];
  /** Which write brought it: larger is later. */
  readonly version: number;
  readonly eviction: EvictionPlace;
}

/** Where an entry stands in the order in which entries are evicted. */
export interface EvictionPlace {
  readonly strategy: string;
  /** `'adaptive'` where that has put `strategy` in charge for now. */
  readonly chosenBy: string | undefined;
  /** 1 is the next to leave. */
  readonly place: number;
  readonly of: number;
}

/** A row of the store. */
export interface StoredExplanation {
  readonly isStale: boolean;
  readonly ageMs: number;
  /** As of {@link ResidentExplanation}. */
  readonly freshMs: number;
  readonly tags: readonly string[];
  readonly version: number;
}

/** The last load of a key. */
export interface LoadExplanation {
  /** Since it ended, or began where it runs. */
  readonly agoMs: number;
  /** `undefined` while it runs, and where it failed. */
  readonly durationMs: number | undefined;
  /** How many callers have asked for it; `undefined` while it runs, and where it failed. */
  readonly callers: number | undefined;
  /** `'fenced'`: it was overtaken by a change, and not kept; `'answered'`: it was given to its callers, as its loader or `unless` said. */
  readonly result: 'running' | 'kept' | 'answered' | 'fenced' | 'failed';
  readonly error: unknown;
}

/** Why a key was not found. */
export type MissReason =
  | 'never_set'
  | 'expired'
  | 'stale'
  | 'evicted'
  | 'deleted'
  | 'invalidated'
  | 'cleared'
  | 'fenced'
  | 'load_failed'
  | 'unknown';

/** The last time that a key was looked for and not found. */
export interface MissExplanation {
  readonly agoMs: number;
  readonly reason: MissReason;
  /** By whom, for what, or what else is to be said; in words. */
  readonly detail: string;
}
