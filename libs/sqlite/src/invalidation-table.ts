import type { Invalidation, InvalidationScope } from 'nuthatch/engine';
import type { SqliteDatabase, SqliteStatement } from './client.js';
import { damaged } from './errors.js';

/** How many are kept of a namespace; where there are more, the older half becomes one that covers everything of its time. */
export const MOST_INVALIDATIONS = 10_000;

const SQL = {
  record: `INSERT INTO invalidation (namespace, scope, name, version, is_pending) VALUES (?, ?, ?, ?, 1)
    ON CONFLICT (namespace, scope, name) DO UPDATE SET version = excluded.version, is_pending = 1 WHERE excluded.version > version`,
  settle: `UPDATE invalidation SET is_pending = 0 WHERE namespace = ? AND scope = ? AND name = ? AND version = ?`,
  // Left to itself, SQLite goes through those that are settled.
  pending: `SELECT scope, name, version FROM invalidation INDEXED BY invalidation_pending
    WHERE namespace = ? AND is_pending = 1 LIMIT 1`,
  all: `SELECT scope, name, version FROM invalidation WHERE namespace = (SELECT id FROM namespace WHERE name = ?) ORDER BY version`,
  count: 'SELECT count(*) AS count FROM invalidation WHERE namespace = ?',
  versionAt: 'SELECT version FROM invalidation WHERE namespace = ? ORDER BY version LIMIT 1 OFFSET ?',
  forget: 'DELETE FROM invalidation WHERE namespace = ?',
  forgetUpTo: 'DELETE FROM invalidation WHERE namespace = ? AND version <= ?',
} as const;

/** An invalidation as it is stored: names are JSON, which can hold text that is no Unicode. */
interface StoredInvalidation {
  readonly scope: InvalidationScope;
  readonly name: string;
  readonly version: number;
}

/**
 * The invalidations that a database remembers, inside whatever transaction is open. One is pending as long as rows may be left that it has
 * made gone. Casts in this class say which columns a statement above answers.
 */
export class InvalidationTable {
  readonly #statements: Readonly<Record<keyof typeof SQL, SqliteStatement>>;

  /** @throws CacheError `store_unusable` where the table is missing. */
  constructor(database: SqliteDatabase, file: string) {
    try {
      const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
      // The keys are those of SQL, each with its statement.
      this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, SqliteStatement>;
    } catch (error) {
      throw damaged(file, error);
    }
  }

  /** Remembers invalidations as pending; of one scope and name, the newest. */
  record(namespace: number, invalidations: readonly Invalidation[]): void {
    for (const invalidation of invalidations) this.#record(namespace, invalidation);
    const { count } = this.#statements.count.get(namespace) as { readonly count: number };
    if (count > MOST_INVALIDATIONS) this.#sumUp(namespace, Math.ceil(count / 2));
  }

  /** Takes note that no row is left that an invalidation has made gone. */
  settle(namespace: number, { scope, name, version }: Invalidation): void {
    this.#statements.settle.run(namespace, scope, JSON.stringify(name), version);
  }

  /** One of those that are pending. */
  pending(namespace: number): Invalidation | undefined {
    const found = this.#statements.pending.get(namespace) as StoredInvalidation | undefined;
    return found === undefined ? undefined : toInvalidation(found);
  }

  /** In order of version. */
  all(name: string): Invalidation[] {
    return Array.from(this.#statements.all.all(name) as StoredInvalidation[], toInvalidation);
  }

  forget(namespace: number): void {
    this.#statements.forget.run(namespace);
  }

  #record(namespace: number, { scope, name, version }: Invalidation): void {
    this.#statements.record.run(namespace, scope, JSON.stringify(name), version);
  }

  #sumUp(namespace: number, count: number): void {
    const newest = this.#statements.versionAt.get(namespace, count - 1) as { readonly version: number };
    this.#statements.forgetUpTo.run(namespace, newest.version);
    this.#record(namespace, { scope: 'prefix', name: '', version: newest.version });
  }
}

function toInvalidation({ scope, name, version }: StoredInvalidation): Invalidation {
  // Written by `record` from a string.
  return { scope, name: JSON.parse(name) as string, version };
}
