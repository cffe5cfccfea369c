import type { Row } from 'nuthatch/engine';
import type { SqliteDatabase, SqliteStatement } from './client.js';
import { damaged, illFormed } from './errors.js';
import { InvalidationTable } from './invalidation-table.js';
import { RowWriter } from './row-writer.js';
import { COLUMNS, isWellFormed, type StoredRow, toRow } from './stored-row.js';

/** What a namespace holds. */
export interface Usage {
  readonly rows: number;
  readonly bytes: number;
}

/** A row, as far as pruning looks at it. */
export interface Weighed {
  readonly id: number;
  readonly bytes: number;
}

/** A row, as far as invalidations look at it. */
export interface Dated {
  readonly id: number;
  readonly version: number;
}

/** Rows with a tag whose ids come after another. */
export interface TagRange {
  readonly tag: string;
  readonly after: number;
  readonly atMost: number;
}

/** Rows whose keys are this one, or come after it. */
export interface KeyRange {
  readonly from: string;
  readonly atMost: number;
}

/** A namespace with its name. */
export interface Namespace {
  readonly id: number;
  readonly name: string;
}

const SQL = {
  findNamespace: 'SELECT id FROM namespace WHERE name = ?',
  addNamespace: 'INSERT INTO namespace (name) VALUES (?)',
  renameNamespace: 'UPDATE namespace SET name = ? WHERE id = ?',
  removeNamespace: 'DELETE FROM namespace WHERE id = ?',
  namespacesBetween: 'SELECT id, name FROM namespace WHERE name >= ? AND name < ?',
  count: 'SELECT count(*) AS count FROM (SELECT 1 FROM entry WHERE namespace = ? LIMIT ?)',
  usage: 'SELECT row_count AS rows, byte_count AS bytes FROM namespace WHERE id = ?',
  get: `SELECT ${COLUMNS} FROM entry WHERE namespace = (SELECT id FROM namespace WHERE name = ?) AND key = ?`,
  all: `SELECT ${COLUMNS} FROM entry WHERE namespace = (SELECT id FROM namespace WHERE name = ?)`,
  delete: 'DELETE FROM entry WHERE namespace = ? AND key = ?',
  deleteOlder: 'DELETE FROM entry WHERE namespace = ? AND key = ? AND version < ?',
  tagged: `SELECT id, version FROM tagged JOIN entry ON id = entry
    WHERE tagged.namespace = ? AND tag = ? AND entry > ? ORDER BY entry LIMIT ?`,
  keysFrom: 'SELECT id, key, version FROM entry WHERE namespace = ? AND key >= ? ORDER BY key LIMIT ?',
  deleteSome: 'DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE namespace = ? LIMIT ?)',
  expired: 'SELECT id FROM entry WHERE namespace = ? AND expires_at <= ? ORDER BY expires_at LIMIT ?',
  clear: 'DELETE FROM entry WHERE namespace = ?',
  oldestFirst: 'SELECT id, byte_count AS bytes FROM entry WHERE namespace = ? ORDER BY version, id',
  remove: 'DELETE FROM entry WHERE id = ?',
} as const;

/**
 * What can be asked of a database of ours, inside whatever transaction is open. Every value is bound to its statement: a name
 * is never part of SQL. A namespace gets another number when its rows are replaced, so a number is good for one transaction.
 * Casts in this class say which columns a statement above answers.
 */
export class EntryTable {
  readonly invalidations: InvalidationTable;
  readonly writer: RowWriter;
  readonly #statements: Readonly<Record<keyof typeof SQL, SqliteStatement>>;

  /** @throws CacheError `store_unusable` where a table is missing. */
  constructor(database: SqliteDatabase, file: string) {
    this.writer = new RowWriter(database);
    this.invalidations = new InvalidationTable(database, file);
    try {
      const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
      // The keys are those of SQL, each with its statement.
      this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, SqliteStatement>;
    } catch (error) {
      throw damaged(file, error);
    }
  }

  /** The number of a namespace, `undefined` where there is none of that name. */
  findNamespace(name: string): number | undefined {
    const found = this.#statements.findNamespace.get(name) as { readonly id: number } | undefined;
    return found?.id;
  }

  /** The number of a namespace, which is added where it is new. */
  namespaceId(name: string): number {
    if (!isWellFormed(name)) throw illFormed('a namespace');
    const found = this.findNamespace(name);
    if (found !== undefined) return found;
    this.#statements.addNamespace.run(name);
    return this.namespaceId(name);
  }

  renameNamespace(namespace: number, name: string): void {
    this.#statements.renameNamespace.run(name, namespace);
  }

  /** Removes a namespace that has no rows. */
  removeNamespace(namespace: number): void {
    this.#statements.removeNamespace.run(namespace);
  }

  /** The namespaces whose names begin with `from` or come after it, and come before `to`. */
  namespacesBetween(from: string, to: string): readonly Namespace[] {
    return this.#statements.namespacesBetween.all(from, to) as Namespace[];
  }

  /** How many rows a namespace has, up to so many. */
  count(namespace: number, upTo: number): number {
    return (this.#statements.count.get(namespace, upTo) as { readonly count: number }).count;
  }

  /** What a namespace holds; only where {@link TOTALS} are kept. */
  usage(namespace: number): Usage {
    return this.#statements.usage.get(namespace) as Usage;
  }

  get(name: string, key: string): Row | undefined {
    if (!isWellFormed(key)) return undefined;
    const stored = this.#statements.get.get(name, key) as StoredRow | undefined;
    return stored === undefined ? undefined : toRow(stored);
  }

  all(name: string): Row[] {
    return Array.from(this.#statements.all.all(name) as StoredRow[], toRow);
  }

  delete(namespace: number, key: string): void {
    if (isWellFormed(key)) this.#statements.delete.run(namespace, key);
  }

  /** Deletes a row that is older than `version`. */
  deleteOlder(namespace: number, key: string, version: number): void {
    if (isWellFormed(key)) this.#statements.deleteOlder.run(namespace, key, version);
  }

  /** The rows with a tag, by id. */
  tagged(namespace: number, { tag, after, atMost }: TagRange): readonly Dated[] {
    return this.#statements.tagged.all(namespace, tag, after, atMost) as Dated[];
  }

  /** The rows from a key on, in the order of their bytes. */
  keysFrom(namespace: number, { from, atMost }: KeyRange): readonly (Dated & { readonly key: string })[] {
    // The statement has these columns.
    return this.#statements.keysFrom.all(namespace, from, atMost) as (Dated & { readonly key: string })[];
  }

  deleteSome(namespace: number, atMost: number): void {
    this.#statements.deleteSome.run(namespace, atMost);
  }

  /** Deletes what has expired longest ago. Asking first is worth it: a DELETE costs several times a write even where it finds nothing. */
  deleteExpired(namespace: number, wallTime: number, atMost: number): void {
    const expired = this.#statements.expired.all(namespace, wallTime, atMost) as { readonly id: number }[];
    for (const { id } of expired) this.remove(id);
  }

  clear(namespace: number): void {
    this.invalidations.forget(namespace);
    this.#statements.clear.run(namespace);
  }

  /** The rows by the version that wrote them; nothing else may be asked while they are gone through. */
  oldestFirst(namespace: number): Iterable<Weighed> {
    return this.#statements.oldestFirst.iterate(namespace) as IterableIterator<Weighed>;
  }

  remove(id: number): void {
    this.#statements.remove.run(id);
  }
}
