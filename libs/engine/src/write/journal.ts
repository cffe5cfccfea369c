import type { Clock } from '../kernel/clock.js';
import type { Operation } from '../store/backing-store.js';

/**
 * What an acknowledged write survives. `'memory'`: nothing; what is pending is lost with the process. `'journal'`: the death of the
 * process, also by SIGKILL. `'fsync'`: a power cut, too.
 */
export type Durability = 'memory' | 'journal' | 'fsync';

/** Why a change was given up, and when. */
export interface Death {
  readonly error: string;
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly firstFailedAt: number;
  /** Epoch milliseconds. */
  readonly lastFailedAt: number;
}

/** A change in a journal. */
export interface JournalRecord {
  /** Where it stands in the journal of its process: larger is later. */
  readonly sequence: number;
  readonly operation: Operation;
  /** Set where it became a dead letter. */
  readonly death?: Death | undefined;
}

/**
 * Where the changes of one cache are safe from when they are acknowledged until they are stored. One process owns a journal at a time; what
 * an owner that has ended left behind is taken over by the next, or by one that runs beside it.
 *
 * A change is released when the store has it, or a later change of its key is in the journal. What was not released is there again after a
 * restart, and may have been stored: whoever replays it asks the store for what is newer only.
 */
export interface Journal {
  /**
   * Opens, and takes over what ended owners left. Answers every change that was not released, the oldest first; each from now on
   * belongs to this journal, under a sequence of its own.
   * @throws CacheError `journal_unusable` where it is damaged anywhere but at its end, or of another version or cache.
   */
  open(): Promise<readonly JournalRecord[]>;
  /**
   * Appends changes in the order of the calls; resolves with the sequence of the first (the others follow by one each) once all are
   * as safe as the durability says. Appends that come together share one write. @throws where none may count as written.
   */
  append(operations: readonly Operation[]): Promise<number>;
  /** Makes a change a dead letter, or says anew why it is one. It stays until it is released. */
  bury(sequence: number, death: Death): Promise<void>;
  /** Lets go of changes. Never fails: what is not let go of is replayed once more. */
  release(sequences: readonly number[]): void;
  /** Resolves when no replay brings back what was released until now. @throws where that cannot be written; it then goes along with what comes next. */
  settled(): Promise<void>;
  /** How many changes are not released. */
  readonly depth: number;
  /** How many bytes the journal takes on disk. */
  readonly bytes: number;
  /** Writes what is on its way and gives up the ownership. What is not released stays for the next owner. */
  close(): Promise<void>;
}

/** Told what a journal finds by itself. */
export interface JournalObserver {
  /** What was taken over from owners that ended while this one ran. */
  adopted(records: readonly JournalRecord[]): void;
  /** What nobody waits for: damaged parts that were put aside, a release that could not be written. */
  troubled(problem: Error): void;
}

/** What a journal is given when it is made. */
export interface JournalContext {
  /** The name of the cache; its changes are not to be mixed with another's. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly durability: Exclude<Durability, 'memory'>;
  readonly observer: JournalObserver;
}

/** Makes the journal of a cache; this is what is configured and injected, since named caches share a factory. */
export interface JournalFactory {
  /** The name shown in `info()`; the class's name when left out. */
  readonly name?: string;
  create(context: JournalContext): Journal;
}
