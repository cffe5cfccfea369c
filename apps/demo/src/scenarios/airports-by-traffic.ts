import type { DeparturesDatabase } from '../data/departures-database.js';

const SQL = `SELECT iata FROM airports LEFT JOIN
  (SELECT origin, sum(flights) AS flights FROM routes GROUP BY origin) ON origin = iata
  ORDER BY coalesce(flights, 0) DESC, iata`;

/** The codes of all airports, the one with most departures first; those without any come last, by the alphabet. */
export function airportsByTraffic(database: DeparturesDatabase): string[] {
  return database.all<{ iata: string }>(SQL).map(({ iata }) => iata);
}
