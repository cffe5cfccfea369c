import type { Invalidations } from '../invalidation/invalidations.js';
import type { Plan, Targets } from '../invalidation/targets.js';
import type { Clock } from '../kernel/clock.js';
import type { Change } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import type { CacheError } from '../kernel/errors.js';
import type { Fencing } from '../kernel/fencing.js';
import type { LoadKeeper } from '../load/loader-run.js';
import type { Loads } from '../load/loads.js';
import type { Residents } from '../kernel/residents.js';
import type { Sequence } from '../kernel/sequence.js';

/** What the loads of a transaction are made of, where they differ from those of the cache. */
export interface InsideParts<V> {
  readonly residents: Residents<V>;
  readonly fencing: Fencing;
  readonly keepLoaded: LoadKeeper<V>['keepLoaded'];
}

/** What is in a cache without its transactions. */
export interface Readable<V> {
  /** Whether the store is the user's own data. */
  readonly isRecord: boolean;
  /** Whether there is a store that is a tier of the cache. */
  readonly hasTier: boolean;
  readonly clock: Clock;
  readonly sequence: Sequence;
  readonly fencing: Fencing;
  readonly validity: Invalidations;
  readonly residents: Pick<Residents<V>, 'read' | 'readKept' | 'handOut'>;
  /** The value that memory has, counted as a hit and as a use. */
  hit(key: string): V;
  /** What is behind memory, counted; it comes into memory. @param missed told the others. */
  findMany(keys: readonly string[], missed: (key: string) => undefined): Promise<Map<string, V>>;
  /** As it is pending or stored, not counted; it does not come into memory. */
  behind(keys: readonly string[]): Promise<ReadonlyMap<string, EntryState<V>>>;
  /** How many of the keys have an entry. */
  count(keys: readonly string[]): Promise<number>;
  missed(key: string): undefined;
}

/** Loads that are not those of the cache. */
export interface Loadable<V> {
  ownFencing(): Fencing;
  loadsOf(inside: InsideParts<V>): Loads<V>;
}

/** How a cache is changed. */
export interface Changeable<V> {
  readonly name: string;
  /** What is gone when the keys are changed. */
  dependentsOf(keys: readonly string[]): readonly string[];
  /** @throws CacheError `bad_value` where the store could not take a change. */
  assertStorable(change: Change<V>): void;
  /** Makes changes in the turn of their keys, as they are decided then: all or none. */
  write(keys: readonly string[], decide: () => readonly Change<V>[]): Promise<void>;
  invalidate(targets: Targets, event?: string): Promise<void>;
  clear(options: Clearable): Promise<void>;
  /** Whether a clearing leaves nothing, not even in the store. */
  clearsAll(options: Clearable): boolean;
  expire(key: string): Promise<unknown>;
  /** Something could not be applied, where no caller is told. */
  failed(keys: readonly string[], error: CacheError): void;
  /** The store did not take that something was to be forgotten; in this process it is. */
  forgettingFailed(error: unknown): void;
}

/** What `clear` is told. */
export type Clearable = { readonly store?: boolean | undefined } | undefined;

/** A cache as its transactions see it. */
export interface Underlying<V> extends Readable<V>, Loadable<V>, Changeable<V> {}

/** An invalidation that was checked. */
export interface Checked extends Plan {
  readonly targets: Targets;
  readonly event: string | undefined;
}
