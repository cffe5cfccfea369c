import type { Clock } from '../kernel/clock.js';
import type { BackingStore, Operation, Row } from '../store/backing-store.js';
import type { DeadLetterBook } from './dead-letters.js';
import type { Durability, Journal, JournalObserver } from './journal.js';

/** A value on its way to the store, encoded when it was acknowledged: what the caller changes later is not what is stored. */
export type Write = Row;

/** A change that is not in the store yet. */
export type PendingWrite = Operation;

/** Whether memory may keep the value that was written. */
export type Verdict = 'keep' | 'drop';

/**
 * Brings the changes of a cache to its store. One instance belongs to one cache, which never calls it for a key while
 * an earlier call for that key is running: writes of one key are in order by themselves.
 *
 * What a method throws is the caller's error: memory then forgets the keys, since nobody knows what is stored.
 */
export interface WritePolicy {
  /** Called once, before anything else, when the store is open: takes up what an earlier process has left. May be left out. */
  open?(): Promise<void>;
  /** Resolves when the write is as safe as the policy promises. */
  onSet(write: Write): Promise<Verdict>;
  /** @param version which change it is; larger is later. */
  onDelete(key: string, version: number): Promise<void>;
  /** Applies all operations in order, or none. */
  onBatch(operations: readonly Operation[]): Promise<Verdict>;
  /**
   * The newest change of a key that is not stored yet: it hides the store's row, also when it has expired. A dead letter is no longer
   * pending: readers see what the store has.
   */
  pending(key: string): PendingWrite | undefined;
  readonly pendingCount: number;
  readonly pendingBytes: number;
  /** How long the oldest pending change has been waiting, in milliseconds; 0 where nothing is pending. May be left out. */
  readonly oldestPendingMs?: number;
  /** The journal that keeps what is pending, where there is one. */
  readonly journal?: Pick<Journal, 'depth' | 'bytes'> | undefined;
  /** What the store has refused for good; `undefined` where a refusal is the caller's error. */
  readonly deadLetters?: DeadLetterBook;
  /**
   * Brings everything to the store that is pending; answers how many changes that were.
   * @throws where the store refuses; what could not be stored stays pending.
   */
  flush(): Promise<number>;
  /**
   * Resolves when nothing that is stored by now would be written again after a crash: before rows are deleted or replaced behind the policy.
   * May be left out where there is no journal. @throws where that cannot be made sure, such as on a full disk: the rows are then left alone.
   */
  settled?(): Promise<void>;
  /**
   * Runs a change of the store as a whole, such as clearing it, beside no write of its own, and then forgets what is pending.
   * @throws what the change throws; everything stays pending then.
   */
  discard(change: () => Promise<void>): Promise<void>;
  /** Flushes for at most so long, then stops for good; never throws. What comes or still waits to be taken in is refused from the call on. */
  close(deadlineMs: number): Promise<CloseReport>;
}

/** What a closing policy could do. */
export interface CloseReport {
  /** Changes that were brought to the store while closing. */
  readonly flushed: number;
  /** Changes that are not stored. */
  readonly left: number;
  /** Why any are left, or else why the store could not be closed. */
  readonly error?: unknown;
}

/** Told of flushes, for metrics and events. */
export interface FlushObserver {
  flushed(writes: number, durationMs: number): void;
  flushFailed(writes: number, error: unknown): void;
  /** A call on the store is about to be made with something that it has refused before. */
  retrying(): void;
  /** A change was given up after so many attempts. */
  deadLettered(key: string, attempts: number, error: unknown): void;
  /** The journal met something that no caller is told of. */
  journalTroubled(problem: unknown): void;
}

/** What a policy is given when it is made. */
export interface WriteContext {
  /** The name of the cache. */
  readonly name: string;
  readonly store: BackingStore;
  readonly clock: Clock;
  readonly observer: FlushObserver;
  readonly writeBack: WriteBackOptions;
  /** Makes a journal where changes are safe before they are stored; `undefined` where they are to be in memory only. */
  readonly journal: ((observer: JournalObserver) => Journal) | undefined;
  /** To be told the largest version that was found in a journal: those to come must be larger. */
  readonly versionFound: (version: number) => void;
}

/** How a write-back policy gathers writes. */
export interface WriteBackOptions {
  /** How long a write waits at most before a flush begins; 1,000 by default. */
  readonly flushIntervalMs: number;
  /** How many pending keys begin a flush at once, and are written in one transaction; 500 by default. */
  readonly flushCount: number;
  /** How many bytes of pending values begin a flush at once; 4 MB by default. */
  readonly flushBytes: number;
  /** How many keys may be pending; 10,000 by default. */
  readonly maxPending: number;
  /** How many bytes of pending keys and values there may be; 64 MB by default. */
  readonly maxPendingBytes: number;
  /** What happens to a write for which there is no room; `'block'` by default. */
  readonly overflow: Overflow;
  /** How often a change that the store refuses while it takes others is tried, before it becomes a dead letter; 10 by default. */
  readonly maxAttempts: number;
  /** What an acknowledged write survives; `'memory'` by default, `'journal'` where a journal is given. */
  readonly durability: Durability;
}

/** A write for which there is no room waits for a flush, goes to the store itself, or is refused. */
export type Overflow = 'block' | 'writeThrough' | 'reject';

/** Makes the policy of a cache; this is what is registered, configured and injected. */
export interface WritePolicyFactory {
  /** The name shown in `info()` and events; the class's name when left out. */
  readonly name?: string;
  create(context: WriteContext): WritePolicy;
}
