import { Injectable, NotFoundException } from '@nestjs/common';
import { Cacheable, CacheableMany } from 'nuthatch';
import { cacheKey } from 'nuthatch/engine';
import { DeparturesDatabase } from '../data/departures-database.js';
import type { Airport, AirportCard, Coordinate, Neighbour } from './airport.js';
import { distanceKm } from './distance.js';

const SQL = {
  airports: `SELECT *, (SELECT count(*) FROM routes WHERE origin = iata) AS destinations
    FROM airports WHERE iata IN (SELECT value FROM json_each(?))`,
  busiest: `SELECT a.iata, a.city, r.flights FROM routes r JOIN airports a ON a.iata = r.destination
    WHERE r.origin = ? ORDER BY r.flights DESC LIMIT 5`,
  places: 'SELECT iata, name, country, latitude, longitude FROM airports',
} as const;

/** One entry for an airport, whether it is asked for alone or with others; that there is none is kept for a minute. */
const byIata = { key: (iata: string) => cacheKey('airport', iata), negativeTtl: '1m' } as const;

/** Answers questions about airports. */
@Injectable()
export class AirportsService {
  constructor(private readonly database: DeparturesDatabase) {}

  /** An airport by its IATA code, from the cache where anybody has asked for it before. */
  @Cacheable(byIata)
  async find(iata: string): Promise<AirportCard | undefined> {
    return this.readAll([iata])[0];
  }

  /** Those that there are of several airports, in the order of their codes here: one query for what is not in the cache yet. */
  @CacheableMany({ ...byIata, idOf: ({ iata }: AirportCard) => iata })
  async findMany(iatas: readonly string[]): Promise<AirportCard[]> {
    return this.readAll(iatas);
  }

  /** An airport, always from the database. @throws NotFoundException. */
  read(iata: string): AirportCard {
    const [airport] = this.readAll([iata]);
    return known(airport, iata);
  }

  /** The airports nearest to a place, nearest first, by measuring the distance to every airport. */
  nearest(place: Coordinate, limit: number): readonly Neighbour[] {
    return this.database
      .all<Airport>(SQL.places)
      .map(({ iata, name, country, ...at }) => ({ iata, name, country, km: distanceKm(place, at) }))
      .sort((one, other) => one.km - other.km)
      .slice(0, limit)
      .map(({ km, ...rest }) => ({ ...rest, km: Math.round(km * 10) / 10 }));
  }

  private readAll(iatas: readonly string[]): AirportCard[] {
    return this.database
      .all<Omit<AirportCard, 'busiest'>>(SQL.airports, JSON.stringify(iatas))
      .map((airport) => ({ ...airport, busiest: this.database.all(SQL.busiest, airport.iata) }));
  }
}

/** What was found, if anything was. @throws NotFoundException. */
export function known<T>(airport: T | undefined, iata: string): T {
  if (airport === undefined) throw new NotFoundException(`no airport has the IATA code ${iata}`);
  return airport;
}
