import { Injectable, NotFoundException } from '@nestjs/common';
import { Cacheable } from 'nuthatch';
import { cacheKey } from 'nuthatch/engine';
import { DeparturesDatabase } from '../data/departures-database.js';
import type { Airport, AirportCard, Coordinate, Neighbour } from './airport.js';
import { distanceKm } from './distance.js';

const SQL = {
  airport: 'SELECT * FROM airports WHERE iata = ?',
  places: 'SELECT iata, name, country, latitude, longitude FROM airports',
  destinations: 'SELECT count(*) AS count FROM routes WHERE origin = ?',
  busiest: `SELECT a.iata, a.city, r.flights FROM routes r JOIN airports a ON a.iata = r.destination
    WHERE r.origin = ? ORDER BY r.flights DESC LIMIT 5`,
} as const;

/** Answers questions about airports. */
@Injectable()
export class AirportsService {
  constructor(private readonly database: DeparturesDatabase) {}

  /** An airport by its IATA code, from the cache where it has been asked for before. @throws NotFoundException, which is not kept. */
  @Cacheable({ key: (iata: string) => cacheKey('airport', iata) })
  async find(iata: string): Promise<AirportCard> {
    return this.read(iata);
  }

  /** The same, always from the database. */
  read(iata: string): AirportCard {
    const airport = this.database.first<Airport>(SQL.airport, iata);
    if (airport === undefined) throw new NotFoundException(`no airport has the IATA code ${iata}`);
    const destinations = this.database.first<{ count: number }>(SQL.destinations, iata)?.count ?? 0;
    return { ...airport, destinations, busiest: this.database.all(SQL.busiest, iata) };
  }

  /** The airports nearest to a place, nearest first, from the cache where that place has been asked for before. */
  @Cacheable({
    key: (place: Coordinate, limit: number) => cacheKey('nearest', place, limit),
    ttl: '10m',
    tags: ['nearest'],
    condition: (_place: Coordinate, limit: number) => limit <= 50,
  })
  async nearest(place: Coordinate, limit: number): Promise<readonly Neighbour[]> {
    return this.measure(place, limit);
  }

  /** The same, always by measuring the distance to every airport. */
  measure(place: Coordinate, limit: number): readonly Neighbour[] {
    return this.database
      .all<Airport>(SQL.places)
      .map(({ iata, name, country, ...at }) => ({ iata, name, country, km: distanceKm(place, at) }))
      .sort((one, other) => one.km - other.km)
      .slice(0, limit)
      .map(({ km, ...rest }) => ({ ...rest, km: Math.round(km * 10) / 10 }));
  }
}
