import type { Clock } from '../kernel/clock.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { Row } from '../store/backing-store.js';
import type { BusFactory } from './bus.js';

/**
 * Which state of a key was seen. Each change of the key gives it another one, so that who has seen it can tell later whether anything has
 * changed since; `''` where there was nothing.
 */
export type Stamp = string;

/** What a tier has under a key. */
export interface TierRead {
  /** The entry, whether or not it has expired or was invalidated: the cache looks itself. Nothing where there is none, or it was deleted. */
  readonly row: Row | undefined;
  readonly stamp: Stamp;
  /** The version of the entry, or of its deletion; 0 where there was nothing. */
  readonly version: number;
}

/** What somebody is answered who wants to load a key. */
export interface Claim extends TierRead {
  /** Held by the caller from now on: it is the one who loads. Nothing where somebody else does, or no lease was asked for. */
  readonly token: string | undefined;
  /** How long the lease of somebody else lasts at most, in milliseconds; 0 where nobody holds one. */
  readonly busyMs: number;
}

/** A lease that is asked for. */
export interface LeaseRequest {
  /** The state of the key that the caller has seen and cannot use: an entry of another one is answered in the place of a lease. */
  readonly seen: Stamp;
  /** How long the lease lasts; 0 asks for none, only for the stamp. */
  readonly leaseMs: number;
}

/** What became of a fill. */
export type Filled =
  | 'filled'
  /** It is there, and others have asked for the lease meanwhile: they wait to be told. */
  | 'awaited'
  /** The key has changed since it was claimed: what was loaded may be old, and is not there. */
  | 'fenced';

/**
 * A tier that several processes share, such as Redis: behind the memory of each, and before the store. It keeps entries by key, and for each key
 * what is needed to tell a result that was overtaken: a deleted key keeps its stamp for a while (`FENCE_MS` at least), and an entry that expires
 * sooner than that does, too. All on one key happens atomically; on several keys it need not.
 *
 * Of two writes of a key the one with the larger version stays, in whatever order they come (see {@link SharedTier.put}). Versions are whole numbers,
 * 1,024 for each millisecond of the tier's clock. Whatever a method throws is a failure of the tier.
 * Methods need no deadline of their own: the cache gives up on calls that take too long, and may call `close` while calls are under way.
 */
export interface SharedTier {
  /** Whether its entries are on several servers, of which one may fail alone: calls on different keys are not made one then. False where left out. */
  readonly isSpread?: boolean;
  /** Resolves when the tier can be used. Called again where it has failed. */
  open(): Promise<void>;
  get(key: string): Promise<TierRead>;
  /** In the order of the keys. */
  getMany(keys: readonly string[]): Promise<readonly TierRead[]>;
  /**
   * Writes each row, and answers the version that each key has then: that of the row where it was taken, also where it was there already (the same
   * version written again replaces what is there). Where what is there, or was deleted, is newer by more than `TOO_CLOSE_MS`, it stays, and its
   * version is answered. Where it is newer by less, the clocks of two processes cannot tell which came last: the key is deleted, under a version
   * larger than both, which is answered.
   *
   * @param sent may be called as soon as what is published on the tier's own bus from then on reaches nobody who could still read what was there before,
   * also before the answer; and again, where that turns out to have been wrong. A tier that cannot say so never calls it, and the news waits for the
   * answer.
   */
  put(rows: readonly Row[], sent?: () => void): Promise<readonly number[]>;
  /**
   * Deletes each key, whatever is there, and answers the version under which it is gone: that of the deletion, or one more than that of what was
   * there where that is larger. Its stamp changes also where there was nothing. @param sent as of {@link SharedTier.put}.
   */
  delete(deletions: readonly Deletion[], sent?: () => void): Promise<readonly number[]>;
  /** Asks for the right to load a key. */
  claim(key: string, request: LeaseRequest): Promise<Claim>;
  /** Puts what was loaded, if the stamp is still what the claim has told; gives back the lease, if `token` still holds it. */
  fill(row: Row, claim: Pick<Claim, 'stamp' | 'token'>): Promise<Filled>;
  /** Gives a lease back without a result; true where somebody waits for it. Nothing happens where it has expired. */
  release(key: string, token: string): Promise<boolean>;
  /** Remembers invalidations for processes that come later; may sum up older ones in one that covers more. */
  invalidate(invalidations: readonly Invalidation[]): Promise<void>;
  /** What {@link invalidate} has remembered. */
  invalidations(): Promise<readonly Invalidation[]>;
  /** Frees the room of every entry. They are invalidated already: it may take its time, and miss some. */
  clear(): Promise<void>;
  /** The entries, some at a time, in any order; what changes meanwhile may be there or not. */
  scan(): AsyncIterable<readonly Row[]>;
  /** What the clock of the tier says, as epoch milliseconds: all processes go by it. `undefined` where it has none of its own. */
  time(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** A key that is to be deleted. */
export interface Deletion {
  readonly key: string;
  readonly version: number;
}

/** For how long at least a key that was deleted or has expired keeps its stamp. A load that takes longer is not shared. */
export const FENCE_MS = 60_000;

/** Writes of two processes that are closer to each other than this many milliseconds may come in the wrong order of version. */
export const TOO_CLOSE_MS = 1000;

/** What a tier is given when it is made. */
export interface TierContext {
  /** The name of the cache: entries of other names are not to be seen or touched. */
  readonly namespace: string;
  readonly clock: Clock;
  /**
   * To be called when what was acknowledged may be lost: a server has restarted, or a replica has taken over. `'all'`: any entry may be
   * an old one; `'recent'`: what was written in the last seconds may be missing.
   */
  readonly suspect: (lost: 'all' | 'recent', reason: string) => void;
  /** To be told of what goes wrong where no caller is. */
  readonly failed: (operation: string, error: unknown) => void;
}

/** Makes the shared tier of a cache; this is what is configured and injected. */
export interface SharedTierFactory {
  /** The name shown in `info()`; the class's name when left out. */
  readonly name?: string;
  create(context: TierContext): SharedTier;
  /** The bus that belongs to it, used where no other is configured. */
  readonly bus?: BusFactory | undefined;
}
