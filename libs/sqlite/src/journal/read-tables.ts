import { CacheError, type JournalRecord } from 'nuthatch/engine';
import type { SqliteClient, SqliteDatabase } from '../client.js';
import { journalUnusable, messageOf, newerJournal } from '../errors.js';
import { openDeath, openOwner, openRecord } from './record.js';
import { APPLICATION_ID, FORMAT, TABLES } from './schema.js';

/** What could be read of a journal, and what is wrong with the rest. */
export interface Reading {
  readonly records: readonly JournalRecord[];
  readonly findings: readonly string[];
}

interface StoredRecord {
  readonly sequence: unknown;
  readonly body: unknown;
  readonly death: unknown;
}

/** From whichever end a damaged table is read, it may go farther. */
const DIRECTIONS = ['ASC', 'DESC'] as const;

/**
 * Reads the journal of a cache without changing a byte of it: a connection that may write would move the write-ahead log into the file.
 * @throws CacheError `journal_unusable` where it is another cache's, or newer.
 */
export function readTables(client: SqliteClient, file: string, namespace: string): Reading {
  let database: SqliteDatabase | undefined;
  try {
    database = new client(file, { readonly: true, fileMustExist: true, timeout: 0 });
    if (isBlank(database)) return { records: [], findings: [] };
    assertOurs(database, file, namespace);
    return readRecords(database, findingsIn(database));
  } catch (error) {
    if (error instanceof CacheError) throw error;
    return { records: [], findings: [messageOf(error)] };
  } finally {
    database?.close();
  }
}

/** The owner died before there was a table. */
function isBlank(database: SqliteDatabase): boolean {
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  return isEmpty && numberOf(database, 'application_id') === 0 && numberOf(database, 'user_version') === 0;
}

/** A journal whose owner cannot be read is damaged, and no other cache's. */
function assertOurs(database: SqliteDatabase, file: string, namespace: string): void {
  const format = numberOf(database, 'user_version');
  if (numberOf(database, 'application_id') === APPLICATION_ID && format > FORMAT)
    throw newerJournal(file, format, FORMAT);
  const [owner = namespace] = ownersIn(database);
  if (owner !== namespace)
    throw journalUnusable(
      file,
      `it is the cache's ${JSON.stringify(owner)}, not ${JSON.stringify(namespace)}`,
    );
}

function ownersIn(database: SqliteDatabase): (string | undefined)[] {
  const found = database.prepare('SELECT namespace FROM owner').all() as { readonly namespace: unknown }[];
  return found.map(({ namespace }) => openOwner(namespace));
}

/** What SQLite itself finds, and what it cannot know. */
function findingsIn(database: SqliteDatabase): string[] {
  const findings: string[] = [];
  const check = String(database.pragma('integrity_check(1)', { simple: true }));
  if (check !== 'ok') findings.push(check.replaceAll(/\s+/g, ' '));
  if (
    numberOf(database, 'application_id') !== APPLICATION_ID ||
    numberOf(database, 'user_version') !== FORMAT
  )
    findings.push('its header is not what was written');
  const owners = ownersIn(database);
  if (owners.length !== 1 || owners[0] === undefined) findings.push('whose it is cannot be read');
  const tables = database.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all();
  // The statement has one column.
  const found = Array.from(tables as { readonly sql: unknown }[], ({ sql }) => sql);
  if (found.length !== TABLES.length || found.some((sql, index) => sql !== TABLES[index]))
    findings.push('its tables are not those that were made');
  return findings;
}

function readRecords(database: SqliteDatabase, findings: string[]): Reading {
  const records = new Map<number, JournalRecord>();
  for (const direction of DIRECTIONS) {
    try {
      const stored = database.prepare(
        `SELECT sequence, body, death FROM record ORDER BY sequence ${direction}`,
      );
      // The columns of the statement.
      for (const each of stored.iterate() as Iterable<StoredRecord>) take(each, records, findings);
      break;
    } catch (error) {
      findings.push(messageOf(error));
    }
  }
  const inOrder = [...records.values()].sort((one, other) => one.sequence - other.sequence);
  return { records: inOrder, findings: [...new Set(findings)] };
}

function take(stored: StoredRecord, records: Map<number, JournalRecord>, findings: string[]): void {
  const { sequence, body, death } = stored;
  const record = openRecord(body);
  if (record === undefined) {
    findings.push(`change ${String(sequence)} is not what was written`);
    return;
  }
  if (record.sequence !== sequence)
    findings.push(`change ${record.sequence} is in the place of ${String(sequence)}`);
  const known = death === null ? undefined : openDeath(death);
  if (death !== null && known === undefined)
    findings.push(`why change ${record.sequence} was given up is not what was written`);
  records.set(record.sequence, { ...record, death: known });
}

function numberOf(database: SqliteDatabase, pragma: 'application_id' | 'user_version'): number {
  return Number(database.pragma(pragma, { simple: true }));
}
