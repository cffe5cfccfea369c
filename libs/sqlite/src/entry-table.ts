import type { Encoded, Row } from 'nuthatch/engine';
import type { SqliteDatabase, SqliteStatement } from './client.js';
import { damaged, illFormed } from './errors.js';

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

const COLUMNS = 'key, value, expires_at AS expiresAt, version, tags';

const SQL = {
  findNamespace: 'SELECT id FROM namespace WHERE name = ?',
  addNamespace: 'INSERT INTO namespace (name) VALUES (?)',
  usage: 'SELECT row_count AS rows, byte_count AS bytes FROM namespace WHERE id = ?',
  get: `SELECT ${COLUMNS} FROM entry WHERE namespace = ? AND key = ?`,
  all: `SELECT ${COLUMNS} FROM entry WHERE namespace = ?`,
  put: `INSERT INTO entry (namespace, key, version, expires_at, byte_count, tags, value) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (namespace, key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at,
      byte_count = excluded.byte_count, tags = excluded.tags, value = excluded.value`,
  delete: 'DELETE FROM entry WHERE namespace = ? AND key = ?',
  deleteTagged: `DELETE FROM entry WHERE id IN (SELECT entry FROM tagged WHERE namespace = ? AND tag = ?)`,
  expired: 'SELECT id FROM entry WHERE namespace = ? AND expires_at <= ? ORDER BY expires_at LIMIT ?',
  clear: 'DELETE FROM entry WHERE namespace = ?',
  oldestFirst: 'SELECT id, byte_count AS bytes FROM entry WHERE namespace = ? ORDER BY version, id',
  remove: 'DELETE FROM entry WHERE id = ?',
} as const;

/** Rows as the statements above answer them. */
interface StoredRow {
  readonly key: string;
  readonly value: Encoded;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly tags: string | null;
}

/**
 * What can be asked of a database of ours, inside whatever transaction is open. Every value is bound to its statement: a name
 * is never part of SQL. Casts in this class say which columns a statement above answers.
 */
export class EntryTable {
  readonly #statements: Readonly<Record<keyof typeof SQL, SqliteStatement>>;

  /** @throws CacheError `store_unusable` where a table is missing. */
  constructor(database: SqliteDatabase, file: string) {
    try {
      const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
      // The keys are those of SQL, each with its statement.
      this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, SqliteStatement>;
    } catch (error) {
      throw damaged(file, error);
    }
  }

  /** The number of a namespace, which is added where it is new. */
  namespaceId(name: string): number {
    if (!isWellFormed(name)) throw illFormed('a namespace');
    const found = this.#statements.findNamespace.get(name) as { readonly id: number } | undefined;
    if (found !== undefined) return found.id;
    this.#statements.addNamespace.run(name);
    return this.namespaceId(name);
  }

  usage(namespace: number): Usage {
    return this.#statements.usage.get(namespace) as Usage;
  }

  get(namespace: number, key: string): Row | undefined {
    if (!isWellFormed(key)) return undefined;
    const stored = this.#statements.get.get(namespace, key) as StoredRow | undefined;
    return stored === undefined ? undefined : toRow(stored);
  }

  all(namespace: number): Row[] {
    return Array.from(this.#statements.all.all(namespace) as StoredRow[], toRow);
  }

  put(namespace: number, row: Row): void {
    const { key, value, version, expiresAt = null } = row;
    assertStorable(row);
    const tags = row.tags.length === 0 ? null : JSON.stringify(row.tags);
    this.#statements.put.run(namespace, key, version, expiresAt, bytesOf(row), tags, value);
  }

  delete(namespace: number, key: string): void {
    if (isWellFormed(key)) this.#statements.delete.run(namespace, key);
  }

  deleteTagged(namespace: number, tag: string): void {
    if (isWellFormed(tag)) this.#statements.deleteTagged.run(namespace, tag);
  }

  /** Deletes what has expired longest ago. Asking first is worth it: a DELETE costs several times a write even where it finds nothing. */
  deleteExpired(namespace: number, wallTime: number, atMost: number): void {
    const expired = this.#statements.expired.all(namespace, wallTime, atMost) as { readonly id: number }[];
    for (const { id } of expired) this.remove(id);
  }

  clear(namespace: number): void {
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

/** What a row counts for: its key, value and tags as they are stored, without the overhead of the file. */
export function bytesOf({ key, value, tags }: Row): number {
  const valueBytes = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
  return tags.reduce((sum, tag) => sum + Buffer.byteLength(tag), Buffer.byteLength(key) + valueBytes);
}

function toRow({ key, value, expiresAt, version, tags }: StoredRow): Row {
  return {
    key,
    value,
    expiresAt: expiresAt ?? undefined,
    version,
    // Written by `put` from an array of strings.
    tags: tags === null ? [] : (JSON.parse(tags) as string[]),
  };
}

/** SQLite would replace half of a surrogate pair, so that two keys could become one. */
function assertStorable({ key, value, tags }: Row): void {
  if (!isWellFormed(key)) throw illFormed('a key');
  if (!tags.every(isWellFormed)) throw illFormed('a tag');
  if (typeof value === 'string' && !isWellFormed(value)) throw illFormed('a value');
}

/** Node 20 has `isWellFormed`, the types of ES2023 do not. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
