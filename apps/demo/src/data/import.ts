import type { Database } from 'better-sqlite3';
import { SCHEMA } from './schema.js';
import { readAirports, readRoutes } from './source-files.js';
import { flightsOfDay } from './timetable.js';

/** How many rows a database holds. */
export interface Inventory {
  readonly airports: number;
  readonly routes: number;
  readonly flights: number;
}

const SQL = {
  airport: `INSERT OR IGNORE INTO airports VALUES
    (@iata, @icao, @name, @city, @country, @latitude, @longitude, @altitude, @tz)`,
  route: 'INSERT OR IGNORE INTO routes VALUES (@origin, @destination, @flights)',
  flight: `INSERT OR IGNORE INTO flights (id, origin, destination, departs)
    VALUES (@id, @origin, @destination, @departs)`,
} as const;

/** Fills a database with the public data, in one transaction; what is there already stays as it is, gates included. */
export function importInto(database: Database): Inventory {
  database.exec(SCHEMA);
  database.transaction(() => {
    const routes = readRoutes();
    insertAll(database, SQL.airport, readAirports());
    insertAll(database, SQL.route, routes);
    insertAll(database, SQL.flight, routes.flatMap(flightsOfDay));
  })();
  return takeInventory(database);
}

function insertAll(database: Database, sql: string, rows: readonly object[]): void {
  const statement = database.prepare(sql);
  for (const row of rows) statement.run(row);
}

function takeInventory(database: Database): Inventory {
  const sql = `SELECT (SELECT count(*) FROM airports) AS airports, (SELECT count(*) FROM routes) AS routes,
    (SELECT count(*) FROM flights) AS flights`;
  // The columns are those of the statement above.
  return database.prepare(sql).get() as Inventory;
}
