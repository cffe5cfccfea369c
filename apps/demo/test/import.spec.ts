import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { DeparturesDatabase } from '../src/data/departures-database.js';
import { readAirports, readRoutes } from '../src/data/source-files.js';
import { flightsOfDay } from '../src/data/timetable.js';
import { temporaryFolder } from './temporary-folder.js';

describe('the import', () => {
  let place: ReturnType<typeof temporaryFolder>;

  beforeEach(() => {
    place = temporaryFolder();
  });

  afterEach(() => place.remove());

  it('keeps every airport with an IATA code, every route and a day of flights', () => {
    const database = DeparturesDatabase.open(place.folder);
    const codes = new Set(readAirports().map(({ iata }) => iata));
    const routes = readRoutes();
    expect(database.inventory).toEqual({
      airports: codes.size,
      routes: routes.length,
      flights: routes.flatMap(flightsOfDay).length,
    });
    expect(codes.size).toBeGreaterThan(5000);
    database.close();
  });

  it('knows both ends of every route', () => {
    const database = DeparturesDatabase.open(place.folder);
    const strays = database.all(
      `SELECT * FROM routes WHERE origin NOT IN (SELECT iata FROM airports)
        OR destination NOT IN (SELECT iata FROM airports)`,
    );
    expect(strays).toEqual([]);
    database.close();
  });

  it('changes nothing when it is run again, not even a gate', () => {
    const first = DeparturesDatabase.open(place.folder);
    first.close();
    const editor = new Sqlite(join(place.folder, 'departures.db'));
    editor.exec(`UPDATE flights SET gate = 'B12' WHERE id = 'ATL-BOS-1'`);
    editor.close();

    const second = DeparturesDatabase.open(place.folder);
    expect(second.inventory).toEqual(first.inventory);
    expect(second.first(`SELECT gate FROM flights WHERE id = 'ATL-BOS-1'`)).toEqual({ gate: 'B12' });
    second.close();
  });
});

describe('the timetable', () => {
  it('has as many flights as an average day of 2008, all of them on one day', () => {
    const flights = flightsOfDay({ origin: 'ATL', destination: 'BOS', flights: 366 * 12 });
    expect(flights).toHaveLength(12);
    expect(flights.map(({ departs }) => departs)).toEqual(flights.map(({ departs }) => departs).sort());
    for (const { departs } of flights) expect(departs).toMatch(/^([01]\d|2[0-3]):[0-5]\d$/);
  });

  it('leaves out a route that was hardly flown', () => {
    expect(flightsOfDay({ origin: 'ABE', destination: 'BHM', flights: 1 })).toEqual([]);
  });
});
