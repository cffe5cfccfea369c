import type { SourceRoute } from './source-files.js';

/** A flight of the timetable. */
export interface TimetableFlight {
  /** Such as `ATL-BOS-3`: the third flight of a day from Atlanta to Boston. */
  readonly id: string;
  readonly origin: string;
  readonly destination: string;
  /** Local time, such as `'07:05'`. */
  readonly departs: string;
}

const DAYS_OF_2008 = 366;
const FIRST_MINUTE = 6 * 60;
const LAST_MINUTE = 22 * 60;

/**
 * A day of flights on a route: as many as on an average day of 2008, spread evenly from six in the morning to ten at night. The public
 * data counts flights and has no timetable, so the times are made up.
 */
export function flightsOfDay({ origin, destination, flights }: SourceRoute): TimetableFlight[] {
  const perDay = Math.round(flights / DAYS_OF_2008);
  const offset = minuteOffset(origin + destination);
  return Array.from({ length: perDay }, (_, index) => {
    const minute = FIRST_MINUTE + Math.floor((index * (LAST_MINUTE - FIRST_MINUTE)) / perDay) + offset;
    return { id: `${origin}-${destination}-${index + 1}`, origin, destination, departs: clockTime(minute) };
  });
}

/** Less than an hour, always the same for a route, so that not every route departs at six sharp. */
function minuteOffset(route: string): number {
  let sum = 0;
  for (const letter of route) sum = (sum * 31 + letter.charCodeAt(0)) % 12;
  return sum * 5;
}

function clockTime(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}
