import type { Clock, Death, JournalRecord, Operation, Timer } from 'nuthatch/engine';
import { journalUnwritable } from '../errors.js';
import type { Log, Sealed } from './log.js';
import { sealDeath, sealRecord } from './record.js';

/** A release is to be written this soon, where nothing else is. */
const RELEASE_WITHIN_MS = 1000;

/** What the calls of one turn of the event loop want written. */
interface Group {
  readonly appended: Sealed[];
  readonly deaths: Sealed[];
  readonly released: number[];
  /** Those who wait, to be told whether it was written. */
  readonly waiting: ((error?: Error) => void)[];
}

/** A record that has no place yet. */
type Unplaced = Omit<JournalRecord, 'sequence'>;

/** The changes of a journal that is open: gathers what is to be written, and knows what is not released. */
export class Ledger {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #troubled: (problem: Error) => void;
  readonly #living = new Set<number>();
  #group = newGroup();
  #timer: Timer | undefined;
  #next = 1;

  /** @param troubled told of a release that could not be written. */
  constructor(log: Log, clock: Clock, troubled: (problem: Error) => void) {
    this.#log = log;
    this.#clock = clock;
    this.#troubled = troubled;
  }

  get depth(): number {
    return this.#living.size;
  }

  /** Resolves with the sequence of the first, once all are written. */
  append(operations: readonly Operation[]): Promise<number> {
    return this.#add(operations.map((operation) => ({ operation })));
  }

  /** Writes what somebody else has left; answers the records as they are now. */
  async inherit(records: readonly Unplaced[]): Promise<readonly JournalRecord[]> {
    const first = await this.#add(records);
    return records.map((record, index) => ({ ...record, sequence: first + index }));
  }

  async bury(sequence: number, death: Death): Promise<void> {
    if (!this.#living.has(sequence)) return;
    this.#group.deaths.push({ sequence, bytes: sealDeath(death) });
    await this.#written();
  }

  release(sequences: readonly number[]): void {
    for (const sequence of sequences) if (this.#living.delete(sequence)) this.#group.released.push(sequence);
    if (this.#group.released.length > 0)
      this.#timer ??= this.#clock.schedule(() => this.write(), RELEASE_WITHIN_MS);
  }

  /** Resolves when all releases are written. */
  async settled(): Promise<void> {
    if (this.#group.released.length > 0) await this.#written();
  }

  /** Writes what there is to write, now. */
  write(): void {
    const group = this.#group;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (group.waiting.length === 0 && group.released.length === 0) return;
    this.#group = newGroup();
    const error = this.#tryToWrite(group);
    for (const settle of group.waiting) settle(error);
  }

  /** A release that was refused stays in the file, and is tried again with what comes next. */
  #tryToWrite(group: Group): Error | undefined {
    try {
      this.#log.write(group);
      for (const { sequence } of group.appended) this.#living.add(sequence);
      return undefined;
    } catch (thrown) {
      const error = journalUnwritable(this.#log.file, thrown);
      this.#group.released.push(...group.released);
      if (group.waiting.length === 0) this.#troubled(error);
      return error;
    }
  }

  async #add(records: readonly Unplaced[]): Promise<number> {
    const first = this.#next;
    const bodies = records.map(({ operation }, index) => sealRecord(first + index, operation));
    this.#next += records.length;
    for (const [index, { death }] of records.entries()) {
      const sequence = first + index;
      // There is one body for each record.
      this.#group.appended.push({ sequence, bytes: bodies[index] as Buffer });
      if (death !== undefined) this.#group.deaths.push({ sequence, bytes: sealDeath(death) });
    }
    await this.#written();
    return first;
  }

  /** The group of a turn is written when everybody who runs in it has had a say. */
  #written(): Promise<void> {
    const group = this.#group;
    if (group.waiting.length === 0)
      setImmediate(() => {
        if (this.#group === group) this.write();
      });
    return new Promise((resolve, reject) => {
      group.waiting.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }
}

function newGroup(): Group {
  return { appended: [], deaths: [], released: [], waiting: [] };
}
