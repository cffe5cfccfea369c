/** A way from one airport to another, direct or with one stop. */
export interface Itinerary {
  /** The airports on the way, both ends included. */
  readonly via: readonly string[];
  /** Flights in 2008 on the leg with the fewest. */
  readonly flights: number;
  readonly km: number;
}

/** How one gets from one airport to another. */
export interface RouteAnswer {
  readonly from: string;
  readonly to: string;
  readonly direct: Itinerary | null;
  /** The five best connections with one stop: those whose weaker leg is flown most often. */
  readonly oneStop: readonly Itinerary[];
}
