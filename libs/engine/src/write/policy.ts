import type { Clock } from '../kernel/clock.js';
import type { BackingStore, Operation, Row } from '../store/backing-store.js';

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
  /** Resolves when the write is as safe as the policy promises. */
  onSet(write: Write): Promise<Verdict>;
  onDelete(key: string): Promise<void>;
  /** Applies all operations in order, or none. */
  onBatch(operations: readonly Operation[]): Promise<Verdict>;
  /** The newest change of a key that is not stored yet: it hides the store's row, also when it has expired. */
  pending(key: string): PendingWrite | undefined;
  readonly pendingCount: number;
  readonly pendingBytes: number;
  /**
   * Brings everything to the store that is pending; answers how many changes that were.
   * @throws where the store refuses; what could not be stored stays pending.
   */
  flush(): Promise<number>;
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
}

/** What a policy is given when it is made. */
export interface WriteContext {
  readonly store: BackingStore;
  readonly clock: Clock;
  readonly observer: FlushObserver;
  readonly writeBack: WriteBackOptions;
}

/** How a write-back policy gathers writes. */
export interface WriteBackOptions {
  /** How long a write waits at most before a flush begins; 1,000 by default. */
  readonly flushIntervalMs: number;
  /** How many pending keys begin a flush at once, and are written in one transaction; 500 by default. */
  readonly flushCount: number;
  /** How many bytes of pending values begin a flush at once; 4 MB by default. */
  readonly flushBytes: number;
  /** How many keys may be pending: further writes wait for a flush, and fail where it fails; 10,000 by default. */
  readonly maxPending: number;
}

/** Makes the policy of a cache; this is what is registered, configured and injected. */
export interface WritePolicyFactory {
  /** The name shown in `info()` and events; the class's name when left out. */
  readonly name?: string;
  create(context: WriteContext): WritePolicy;
}
