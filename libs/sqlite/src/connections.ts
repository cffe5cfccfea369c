import type { Connection } from './connection.js';

/** A file's real path, or what stands for a database in memory. */
export type Place = string | symbol;

interface Shared {
  readonly connection: Promise<Connection>;
  users: number;
}

/**
 * The open connections of this process, by file: the one piece of state that no object can own. Locks on a file belong to
 * the process (POSIX), not to whoever took them; with one connection the stores of a process never find each other's lock, and
 * nobody closes a file that another still uses.
 */
const open = new Map<Place, Shared>();

/** The connection to `place`, made by `connect` unless somebody has it open. To be released once by everyone who got it. */
export async function acquire(place: Place, connect: () => Promise<Connection>): Promise<Connection> {
  const shared = open.get(place) ?? { connection: connect(), users: 0 };
  open.set(place, shared);
  shared.users += 1;
  try {
    return await shared.connection;
  } catch (error) {
    if (open.get(place) === shared) open.delete(place);
    throw error;
  }
}

/** Closes the connection when its last user leaves. */
export async function release(place: Place): Promise<void> {
  const shared = open.get(place);
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  open.delete(place);
  await (await shared.connection).close();
}

/** How many stores use the connection to `place`. */
export function usersOf(place: Place): number {
  return open.get(place)?.users ?? 0;
}
