import { type ByteSize, CacheError, parseByteSize, type StoreRole } from 'nuthatch/engine';
import type { SqliteClient } from './client.js';
import type { Synchronous } from './connection.js';
import { badSqliteOptions, requireOptions, unknownProblems } from './errors.js';
import { loadClient } from './load-client.js';
import { IN_MEMORY } from './open-database.js';
import type { Limits } from './prune.js';

/** What {@link sqlite} may be told. */
export interface SqliteOptions {
  /**
   * The file, made with its folders where there is none; relative to the working directory. `':memory:'` is a database that lasts
   * until the last store of this factory is closed.
   */
  readonly file: string;
  /** What the file is to the cache; `'cache'` by default. As `'record'` its rows are never pruned and never expire. */
  readonly role?: StoreRole | undefined;
  /**
   * How many rows each cache may keep here; none longer than it must be. No limit by default. Refused with `role: 'record'`.
   * The first limit of a file adds an index and totals to it, for good: small rows then take half as long again to write.
   */
  readonly maxRows?: number | undefined;
  /**
   * How many bytes of keys, values and tags each cache may keep here, such as `'512mb'`; a row heavier than that is not kept.
   * No limit by default. Refused with `role: 'record'`. The file is larger by some overhead, and does not shrink.
   */
  readonly maxBytes?: ByteSize | undefined;
  /** How long to wait, in milliseconds, while another process has the file locked: 5,000 by default. The process is never blocked. */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * `'normal'` by default: what was acknowledged survives a killed process, and a power cut may take the last moments. With
   * `'full'` it survives that too; a write then waits for the disk. The strictest store of a file decides for all.
   */
  readonly synchronous?: Synchronous | undefined;
  /** How the driver is loaded; `import('better-sqlite3')` by default. For bundlers, and for a build of one's own. */
  readonly client?: (() => Promise<SqliteClient>) | undefined;
}

/** Options with every value in its place. */
export interface ResolvedOptions {
  readonly file: string;
  readonly role: StoreRole;
  readonly limits: Limits;
  readonly busyTimeoutMs: number;
  readonly synchronous: Synchronous;
  readonly client: () => Promise<SqliteClient>;
}

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof SqliteOptions, true>> = {
  file: true,
  role: true,
  maxRows: true,
  maxBytes: true,
  busyTimeoutMs: true,
  synchronous: true,
  client: true,
};

/** @throws CacheError `bad_option`, with everything that is wrong. */
export function resolveOptions(options: SqliteOptions): ResolvedOptions {
  requireOptions('sqlite', options, "{ file: 'cache.db' }");
  const problems = [
    ...unknownProblems(options, KNOWN),
    ...wordProblems(options),
    ...limitProblems(options),
    ...timeoutProblems(options),
  ];
  if (problems.length > 0) throw badSqliteOptions(problems);
  const { file, role = 'cache', maxRows = Infinity, maxBytes = Infinity } = options;
  const { busyTimeoutMs = 5000, synchronous = 'normal', client = () => loadClient() } = options;
  const limits = { maxRows, maxBytes: parseByteSize('maxBytes', maxBytes) };
  return { file, role, limits, busyTimeoutMs, synchronous, client };
}

function wordProblems({ file, role = 'cache', synchronous = 'normal' }: SqliteOptions): string[] {
  const problems: string[] = [];
  if (!isFileName(file)) {
    problems.push(
      `file must be a path without NUL or white space at its end, or '${IN_MEMORY}', got ${shown(file)}`,
    );
  }
  if (!['cache', 'record'].includes(role))
    problems.push(`role must be 'cache' or 'record', got ${shown(role)}`);
  if (!['normal', 'full'].includes(synchronous)) {
    problems.push(`synchronous must be 'normal' or 'full', got ${shown(synchronous)}`);
  }
  return problems;
}

function limitProblems({ role, maxRows, maxBytes }: SqliteOptions): string[] {
  const problems: string[] = [];
  if (maxRows !== undefined && !(Number.isInteger(maxRows) && maxRows > 0)) {
    problems.push(`maxRows must be a positive integer, got ${shown(maxRows)}`);
  }
  if (maxBytes !== undefined) problems.push(...sizeProblems(maxBytes));
  if (role === 'record' && (maxRows !== undefined || maxBytes !== undefined)) {
    problems.push(`maxRows and maxBytes must be left out with role 'record', whose rows are never pruned`);
  }
  return problems;
}

function timeoutProblems({ busyTimeoutMs = 0 }: SqliteOptions): string[] {
  if (typeof busyTimeoutMs === 'number' && busyTimeoutMs >= 0) return [];
  return [`busyTimeoutMs must be a number of milliseconds, got ${shown(busyTimeoutMs)}`];
}

function sizeProblems(maxBytes: ByteSize): string[] {
  try {
    parseByteSize('maxBytes', maxBytes);
    return [];
  } catch (error) {
    if (!(error instanceof CacheError)) throw error;
    return [error.message];
  }
}

/** The driver trims names, and would open another file than the one that was made. */
function isFileName(file: unknown): boolean {
  return typeof file === 'string' && file !== '' && file.trimEnd() === file && !file.includes('\0');
}

function shown(found: unknown): string {
  return typeof found === 'string' ? JSON.stringify(found.slice(0, 200)) : String(found);
}
