import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { importInto, type Inventory } from './import.js';

/** The service's own database: airports, routes and flights. */
@Injectable()
export class DeparturesDatabase implements OnApplicationShutdown {
  private readonly statements = new Map<string, Statement<unknown[]>>();

  private constructor(
    readonly file: string,
    private readonly database: Database,
    readonly inventory: Inventory,
  ) {}

  /** Opens the database of a folder, and imports what is missing. */
  static open(folder: string): DeparturesDatabase {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'departures.db');
    const database = new Sqlite(file);
    database.pragma('journal_mode = WAL');
    return new DeparturesDatabase(file, database, importInto(database));
  }

  /** The rows of a query. What they look like is for the caller to know, who wrote the query. */
  all<R>(sql: string, ...parameters: readonly unknown[]): R[] {
    return this.prepared(sql).all(...parameters) as R[];
  }

  /** The first row of a query, likewise. */
  first<R>(sql: string, ...parameters: readonly unknown[]): R | undefined {
    return this.prepared(sql).get(...parameters) as R | undefined;
  }

  close(): void {
    this.database.close();
  }

  onApplicationShutdown(): void {
    this.close();
  }

  /** A query is compiled once: without a cache, too, the service is no slower than it must be. */
  private prepared(sql: string): Statement<unknown[]> {
    const statement = this.statements.get(sql) ?? this.database.prepare<unknown[]>(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}
