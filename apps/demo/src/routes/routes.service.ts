import { Injectable } from '@nestjs/common';
import type { Coordinate } from '../airports/airport.js';
import { known } from '../airports/airports.service.js';
import { distanceKm } from '../airports/distance.js';
import { DeparturesDatabase } from '../data/departures-database.js';
import type { Itinerary, RouteAnswer } from './route.js';

const SQL = {
  place: 'SELECT latitude, longitude FROM airports WHERE iata = ?',
  direct: 'SELECT flights FROM routes WHERE origin = ? AND destination = ?',
  oneStop: `SELECT first.destination AS stop, min(first.flights, second.flights) AS flights
    FROM routes first JOIN routes second ON second.origin = first.destination
    WHERE first.origin = ? AND second.destination = ?
    ORDER BY flights DESC, stop LIMIT 5`,
} as const;

/** Finds ways from airport to airport. */
@Injectable()
export class RoutesService {
  constructor(private readonly database: DeparturesDatabase) {}

  /** The ways from one airport to another. @throws NotFoundException for unknown airports. */
  search(from: string, to: string): RouteAnswer {
    this.place(from);
    this.place(to);
    const direct = this.database.first<{ flights: number }>(SQL.direct, from, to);
    const stops = this.database.all<{ stop: string; flights: number }>(SQL.oneStop, from, to);
    return {
      from,
      to,
      direct: direct === undefined ? null : this.itinerary([from, to], direct.flights),
      oneStop: stops.map(({ stop, flights }) => this.itinerary([from, stop, to], flights)),
    };
  }

  private itinerary(via: readonly string[], flights: number): Itinerary {
    const places = via.map((iata) => this.place(iata));
    const legs = places.slice(1).map((place, index) => distanceKm(places[index] ?? place, place));
    return { via, flights, km: Math.round(legs.reduce((sum, leg) => sum + leg, 0)) };
  }

  private place(iata: string): Coordinate {
    return known(this.database.first<Coordinate>(SQL.place, iata), iata);
  }
}
