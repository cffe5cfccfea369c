export type { SqliteClient, SqliteClientOptions, SqliteDatabase, SqliteStatement } from './client.js';
export type { Synchronous } from './connection.js';
export type { SqliteOptions } from './options.js';
export { sqlite } from './sqlite.js';
