/** Where a place is, in degrees. */
export interface Coordinate {
  readonly latitude: number;
  readonly longitude: number;
}

/** An airport, as a row of the table. */
export interface Airport extends Coordinate {
  readonly iata: string;
  readonly icao: string | null;
  readonly name: string;
  readonly city: string | null;
  readonly country: string;
  /** Feet above the sea. */
  readonly altitude: number | null;
  readonly tz: string | null;
}

/** An airport, and where one gets to from it. */
export interface AirportCard extends Airport {
  /** How many airports have a direct flight from here. */
  readonly destinations: number;
  /** The five with most flights. */
  readonly busiest: readonly {
    readonly iata: string;
    readonly city: string | null;
    readonly flights: number;
  }[];
}

/** An airport near a place. */
export interface Neighbour {
  readonly iata: string;
  readonly name: string;
  readonly country: string;
  readonly km: number;
}
