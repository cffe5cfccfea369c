import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteClient } from '../client.js';
import { Estate, type Heir } from './estate.js';
import { Hold } from './hold.js';

/** An owner's files: the one that it holds, and its database. */
const OWNED = /^([0-9a-f-]{36})\.(hold|db)$/;

/** A place of one's own in a folder of journals. */
export interface Seat {
  readonly id: string;
  readonly hold: Hold;
  /** Where its database is to be. */
  readonly file: string;
}

/** Takes a place that nobody has had before. */
export function takeSeat(client: SqliteClient, folder: string): Seat {
  for (;;) {
    const id = randomUUID();
    // Somebody who looks for estates may hold, and remove, what has just been made: then another.
    const hold = Hold.take(client, holdOf(folder, id));
    if (hold !== undefined) return { id, hold, file: fileOf(folder, id) };
  }
}

/** The owners in a folder, but for one. */
export function othersIn(folder: string, self: string): string[] {
  const found = readdirSync(folder).flatMap((name) => OWNED.exec(name)?.[1] ?? []);
  return [...new Set(found)].filter((id) => id !== self).sort();
}

/**
 * What an owner has left; none while it lives, or where somebody else is taking it.
 * @throws CacheError `journal_unusable`; it is left as it is then.
 */
export function claim(folder: string, id: string, heir: Heir): readonly Estate[] {
  const hold = Hold.take(heir.client, holdOf(folder, id));
  if (hold === undefined) return [];
  try {
    return [new Estate(fileOf(folder, id), hold, heir)];
  } catch (error) {
    hold.release();
    throw error;
  }
}

function holdOf(folder: string, id: string): string {
  return join(folder, `${id}.hold`);
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.db`);
}
