/** The part of better-sqlite3 that is used, so that no public type needs the package. */
export interface SqliteClient {
  new (file: string, options: SqliteClientOptions): SqliteDatabase;
}

/** How a database is opened. */
export interface SqliteClientOptions {
  /** Whether the database can only be read. */
  readonly readonly?: boolean;
  /** Whether to fail where there is no such file. */
  readonly fileMustExist?: boolean;
  /** How long, in milliseconds, the driver itself waits for a lock, blocking the process meanwhile. */
  readonly timeout?: number;
}

/** An open database. */
export interface SqliteDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  pragma(source: string, options: { readonly simple: true }): unknown;
  close(): unknown;
}

/** A prepared statement. */
export interface SqliteStatement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  iterate(...values: unknown[]): IterableIterator<unknown>;
}

/** The code of an error of the driver, such as `SQLITE_BUSY` or `ENOENT`; empty where it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
