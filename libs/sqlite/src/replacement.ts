import type { Row } from 'nuthatch/engine';
import type { Patience } from './busy.js';
import type { Connection } from './connection.js';
import type { EntryTable } from './entry-table.js';
import { replacementLost } from './errors.js';
import { gatheringName, hide } from './hidden.js';
import { nextTurn } from './turn.js';

/** How many rows are written at a time: a few milliseconds of work. */
const ROWS_PER_SLICE = 500;

/** What is done with rows that have come, in the transaction that they are written in. */
export type Keep = (table: EntryTable, namespace: number, rows: readonly Row[]) => void;

/**
 * Rows that are to replace those of a namespace. They are gathered out of sight, in transactions of their own, and take over by a change
 * of names: however many they are, a process that dies leaves all of the old ones or all of the new ones.
 */
export class Replacement {
  readonly #connection: Connection;
  readonly #patience: Patience;
  readonly #name = gatheringName();

  constructor(connection: Connection, patience: Patience) {
    this.#connection = connection;
    this.#patience = patience;
  }

  /** Takes the place of the rows of `namespace`. @throws what `pages` throws, and where the file cannot be written; nothing has changed then. */
  async replace(namespace: string, pages: AsyncIterable<readonly Row[]>, keep: Keep): Promise<void> {
    const { gathering } = this.#connection;
    gathering.add(this.#name);
    try {
      await this.#write((table) => table.namespaceId(this.#name));
      for await (const page of pages) await this.#gather(page, keep);
      await this.#write((table) => this.#takeOver(table, namespace));
    } finally {
      gathering.delete(this.#name);
    }
  }

  async #gather(page: readonly Row[], keep: Keep): Promise<void> {
    for (let from = 0; from < page.length; from += ROWS_PER_SLICE) {
      const rows = page.slice(from, from + ROWS_PER_SLICE);
      await this.#write((table) => keep(table, this.#gathered(table), rows));
      await nextTurn();
    }
  }

  #takeOver(table: EntryTable, namespace: string): void {
    const gathered = this.#gathered(table);
    hide(table, table.namespaceId(namespace));
    table.renameNamespace(gathered, namespace);
  }

  #gathered(table: EntryTable): number {
    const found = table.findNamespace(this.#name);
    if (found === undefined) throw replacementLost(this.#patience.file);
    return found;
  }

  #write<T>(work: (table: EntryTable) => T): Promise<T> {
    return this.#connection.write(work, this.#patience);
  }
}
