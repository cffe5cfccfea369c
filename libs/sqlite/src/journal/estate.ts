import { copyFileSync, lstatSync, readFileSync } from 'node:fs';
import type { JournalRecord } from 'nuthatch/engine';
import type { SqliteClient } from '../client.js';
import { journalDamaged, journalSalvaged, journalTorn } from '../errors.js';
import type { Hold } from './hold.js';
import { removeLog } from './log.js';
import type { Recover } from './options.js';
import { readTables } from './read-tables.js';
import { inspectLog, type LogState } from './wal.js';

/** Where ended owners are looked for, and on whose behalf. */
export interface Heir {
  readonly client: SqliteClient;
  readonly namespace: string;
  readonly recover: Recover;
  troubled(problem: Error): void;
}

/** What an owner that ended has left, held so that nobody else takes it. */
export class Estate {
  readonly records: readonly JournalRecord[];
  readonly #file: string;
  readonly #hold: Hold;

  /**
   * Reads what is in a file, whose bytes stay as they are.
   * @throws CacheError `journal_unusable`, where it is damaged and nothing is to be salvaged, or is another cache's, or newer.
   */
  constructor(file: string, hold: Hold, heir: Heir) {
    this.#file = file;
    this.#hold = hold;
    this.records = sizeOf(file) === 0 ? [] : read(file, heir);
  }

  /** Leaves it to others. */
  leave(): void {
    this.#hold.release();
  }

  /** To be called when its records are safe elsewhere. */
  remove(): void {
    removeLog(this.#file);
    this.#hold.remove();
  }
}

function read(file: string, heir: Heir): readonly JournalRecord[] {
  const log = `${file}-wal`;
  const state: LogState = sizeOf(log) === 0 ? { kind: 'whole' } : inspectLog(readFileSync(log));
  const findings =
    state.kind === 'damaged' ? [`bytes ${state.from} to ${state.to} of ${log} are not what was written`] : [];
  const { records, ...tables } = readTables(heir.client, file, heir.namespace);
  findings.push(...tables.findings);
  if (findings.length > 0) return salvage(file, { records, findings }, heir);
  if (state.kind === 'torn') heir.troubled(journalTorn(log, `bytes ${state.from} to ${state.to}`));
  return records;
}

interface Readable {
  readonly records: readonly JournalRecord[];
  readonly findings: readonly string[];
}

function salvage(file: string, { records, findings }: Readable, heir: Heir): readonly JournalRecord[] {
  if (heir.recover === 'strict') throw journalDamaged(file, findings);
  for (const suffix of ['', '-wal'])
    if (sizeOf(`${file}${suffix}`) > 0) copyFileSync(`${file}${suffix}`, `${file}${suffix}.corrupt`);
  heir.troubled(journalSalvaged(file, findings, records.length));
  return records;
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
