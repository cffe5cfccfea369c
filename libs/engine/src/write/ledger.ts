import type { Clock } from '../kernel/clock.js';
import type { Operation } from '../store/backing-store.js';
import type { Death, Journal, JournalRecord } from './journal.js';
import type { PendingChange } from './pending-change.js';
import type { FlushObserver } from './policy.js';
import { within } from '../kernel/within.js';

/** A journal may take so long to close also where the deadline is over: what is pending is safe only there. */
const GRACE_MS = 500;

/** The journal of a policy, as its changes know it. Does nothing where there is none. */
export class Ledger {
  readonly journal: Journal | undefined;
  readonly #observer: FlushObserver;

  constructor(journal: Journal | undefined, observer: FlushObserver) {
    this.journal = journal;
    this.#observer = observer;
  }

  /** Answers what was left in it. */
  async open(): Promise<readonly JournalRecord[]> {
    return (await this.journal?.open()) ?? [];
  }

  /** Makes changes safe; answers the sequence of the first, which the others follow by one each. */
  append(operations: readonly Operation[]): Promise<number | undefined> {
    return this.journal?.append(operations) ?? Promise.resolve(undefined);
  }

  release(changes: readonly Pick<PendingChange, 'sequence'>[]): void {
    if (this.journal === undefined) return;
    const sequences = changes.map(({ sequence }) => sequence).filter((sequence) => sequence !== undefined);
    if (sequences.length > 0) this.journal.release(sequences);
  }

  /** Waits until no replay brings back what was released; where that cannot be written, it is reported. */
  async settled(): Promise<void> {
    try {
      await this.journal?.settled();
    } catch (problem) {
      this.#observer.journalTroubled(problem);
    }
  }

  /** Whether the journal, where there is one, knows now that a change was given up. */
  async bury({ sequence }: PendingChange, death: Death): Promise<boolean> {
    if (this.journal === undefined || sequence === undefined) return true;
    try {
      await this.journal.bury(sequence, death);
      return true;
    } catch (problem) {
      this.#observer.journalTroubled(problem);
      return false;
    }
  }

  /** Answers why it could not be closed. */
  async close(deadlineMs: number, clock: Clock): Promise<unknown> {
    if (this.journal === undefined) return undefined;
    const closing = this.journal.close().then(
      () => undefined,
      (error: unknown) => error,
    );
    const late = new Error('the journal was not closed before the deadline');
    return within(closing, Math.max(GRACE_MS, deadlineMs), { clock, late });
  }
}
