import type { JournalFactory } from 'nuthatch/engine';
import { SqliteJournal } from './journal.js';
import { resolveJournalOptions, type SqliteJournalOptions } from './options.js';

/**
 * Keeps acknowledged changes in SQLite files until they are stored: `writeBack: { journal: sqliteJournal({ directory: 'var/journal' }) }`.
 * Each process has a file of its own there; what a process that ended has left is taken over by the next, or by one beside it.
 *
 * Needs `better-sqlite3`, which is loaded when a cache is opened. Its writes are made within a call: with `'fsync'` the event loop waits
 * for the disk at each group of changes.
 * @throws CacheError `bad_option`, with everything that is wrong.
 */
export function sqliteJournal(options: SqliteJournalOptions): JournalFactory {
  const resolved = resolveJournalOptions(options);
  return { name: 'sqliteJournal', create: (context) => new SqliteJournal(resolved, context) };
}
