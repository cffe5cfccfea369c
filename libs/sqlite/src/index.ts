export type { SqliteClient, SqliteClientOptions, SqliteDatabase, SqliteStatement } from './client.js';
export type { Synchronous } from './connection.js';
export type { Recover, SqliteJournalOptions } from './journal/options.js';
export { sqliteJournal } from './journal/sqlite-journal.js';
export type { SqliteOptions } from './options.js';
export { sqlite } from './sqlite.js';
