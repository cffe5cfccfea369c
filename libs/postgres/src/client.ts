import type { ConnectionOptions } from 'node:tls';

/** The part of `pg` that is used, so that no public type needs the package. */
export interface PostgresClient {
  readonly Pool: new (options: PostgresPoolOptions) => PostgresPool;
}

/** How a pool is made. Names and units are those of `pg`. */
export interface PostgresPoolOptions {
  /** The URL of the database; where it is `undefined`, `pg` reads `PGHOST`, `PGUSER` and the like. */
  readonly connectionString?: string | undefined;
  /** How the connection is encrypted, or whether. */
  readonly ssl?: boolean | ConnectionOptions | undefined;
  /** The most connections at a time. */
  readonly max: number;
  /** How long to wait for a connection, in milliseconds. */
  readonly connectionTimeoutMillis: number;
  /** How long a connection that nobody uses is kept, in milliseconds. */
  readonly idleTimeoutMillis: number;
  /** After how long the server gives a statement up, in milliseconds. */
  readonly statement_timeout: number;
  /** Whether to look from time to time if the server is still there. */
  readonly keepAlive: boolean;
  /** Whether connections that nobody uses let the process end. */
  readonly allowExitOnIdle: boolean;
  /** What the server calls these connections, unless the URL or `PGAPPNAME` says something else. */
  readonly fallback_application_name: string;
}

/** Connections to one database; a `Pool` of `pg` is one. */
export interface PostgresPool {
  connect(): Promise<PostgresConnection>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  listeners(event: 'error'): readonly unknown[];
  end(): Promise<void>;
}

/** One connection, for as long as it is not released. */
export interface PostgresConnection {
  query(statement: PostgresStatement): Promise<PostgresResult | readonly PostgresResult[]>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** Gives the connection back, or closes it. */
  release(isToBeClosed?: boolean): void;
}

/** A statement as `pg` takes it. */
export interface PostgresStatement {
  readonly text: string;
  readonly values?: unknown[];
  /** How long to wait for the answer, in milliseconds. */
  readonly query_timeout: number;
  /** How columns are read. */
  readonly types: { getTypeParser(): (text: string) => string };
}

/** What a statement answers. */
export interface PostgresResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

/** The code of an error of `pg` or Node, such as `57P01` or `ECONNREFUSED`; empty where it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
