/** What can change about a flight: each is an entry of the cache `board` of its own, so that two changes never undo each other. */
export type BoardField = 'gate' | 'status';

/** Where a field of a flight is in the cache `board`. */
export function boardKey(field: BoardField, flightId: string): string {
  return `${field}:${flightId}`;
}

/** The inverse of {@link boardKey}. */
export function readBoardKey(key: string): { readonly field: BoardField; readonly flightId: string } {
  const [field, flightId = ''] = key.split(':');
  if (field !== 'gate' && field !== 'status') throw new Error(`${key} is no key of the board`);
  return { field, flightId };
}

/** What the cached departures of an airport can be invalidated by. */
export function departuresTag(iata: string): string {
  return `from:${iata}`;
}

/** Where a flight leaves from: an id such as `ATL-BOS-3` begins with it. */
export function originOf(flightId: string): string {
  return flightId.slice(0, 3);
}
