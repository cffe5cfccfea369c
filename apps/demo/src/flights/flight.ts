import type { TimetableFlight } from '../data/timetable.js';

/** What may be said of a flight with PUT; a cancelled one is taken off with DELETE. */
export const STATUSES = ['scheduled', 'boarding', 'delayed', 'departed'] as const;

export type FlightStatus = (typeof STATUSES)[number] | 'cancelled';

/** A flight, as the board shows it. */
export interface Flight extends TimetableFlight {
  readonly gate: string | null;
  readonly status: FlightStatus;
}
