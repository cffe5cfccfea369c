import { lstatSync, rmSync } from 'node:fs';
import { codeOf, type SqliteClient, type SqliteDatabase } from '../client.js';
import { prepareFile } from '../database-file.js';

/**
 * A file that one owner at a time can hold, in this process or another: an empty database with a transaction that is never ended. The
 * system lets go of it when the process dies.
 */
export class Hold {
  readonly #database: SqliteDatabase;
  readonly #path: string;

  /** Answers `undefined` where somebody else holds it. */
  static take(client: SqliteClient, path: string): Hold | undefined {
    const file = prepareFile(path);
    const found = inodeOf(file);
    const database = openEmpty(client, file);
    if (database === undefined) return undefined;
    // Whoever held it may have removed it just before: what is held then is a file that nobody finds any more.
    if (found !== undefined && inodeOf(file) === found) return new Hold(database, file);
    database.close();
    return undefined;
  }

  private constructor(database: SqliteDatabase, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Lets go. */
  release(): void {
    this.#database.close();
  }

  /** Removes the file, and lets go. */
  remove(): void {
    rmSync(this.#path, { force: true });
    this.release();
  }
}

function openEmpty(client: SqliteClient, file: string): SqliteDatabase | undefined {
  let database: SqliteDatabase | undefined;
  try {
    database = new client(file, { timeout: 0, fileMustExist: true });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if (/^SQLITE_(BUSY|CANTOPEN)/.test(codeOf(error))) return undefined;
    throw error;
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}
