import assert from 'node:assert/strict';
import type { Durability, Journal, JournalFactory, JournalRecord } from 'nuthatch/engine';
import { FakeClock, settle } from './fake-clock.js';

/** How a journal is made for a check. */
export interface JournalSetting {
  readonly namespace?: string;
  readonly durability?: Exclude<Durability, 'memory'>;
}

/** A journal that has been opened, and what it has found and told. */
export interface OpenJournal {
  readonly journal: Journal;
  /** What it found when it was opened. */
  readonly found: readonly JournalRecord[];
  /** What it has taken over since. */
  readonly adopted: readonly JournalRecord[];
  readonly problems: readonly Error[];
}

/** How often time is let pass in which a journal may find what it looks for. */
const MOST_TURNS = 20_000;

/** The journals that one test opened. */
export class JournalHarness {
  readonly clock = new FakeClock();
  readonly #factory: JournalFactory;
  readonly #open = new Set<Journal>();

  private constructor(factory: JournalFactory) {
    this.#factory = factory;
  }

  /** Runs a check, and closes what it opened. */
  static async with(
    factory: JournalFactory,
    check: (harness: JournalHarness) => Promise<void>,
  ): Promise<void> {
    const harness = new JournalHarness(factory);
    try {
      await check(harness);
    } finally {
      for (const journal of harness.#open) await harness.close(journal);
    }
  }

  /** A journal that has been opened. */
  async open({ namespace = 'birds', durability = 'journal' }: JournalSetting = {}): Promise<OpenJournal> {
    const [adopted, problems]: [JournalRecord[], Error[]] = [[], []];
    const observer = {
      adopted: (records: readonly JournalRecord[]) => adopted.push(...records),
      troubled: (problem: Error) => problems.push(problem),
    };
    const journal = this.#factory.create({ namespace, clock: this.clock, durability, observer });
    this.#open.add(journal);
    return { journal, found: await journal.open(), adopted, problems };
  }

  /** Closes a journal before the check is over. */
  async close(journal: Journal): Promise<void> {
    this.#open.delete(journal);
    await journal.close();
  }

  /** Closes a journal, and opens the next of its namespace. */
  async reopen(journal: Journal, setting?: JournalSetting): Promise<OpenJournal> {
    await this.close(journal);
    return this.open(setting);
  }

  /** Lets time pass until something has happened. */
  async until(happened: () => boolean): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS && !happened(); turn++) {
      this.clock.advance(20);
      await settle();
    }
    assert.ok(happened(), 'what was waited for has not happened');
  }
}
