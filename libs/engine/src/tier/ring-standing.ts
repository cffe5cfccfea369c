import { versionAt } from '../kernel/sequence.js';
import type { Row } from '../store/backing-store.js';

/** Rows whose keys begin so are what processes tell each other of the nodes; nobody else sees them. */
export const MARK_PREFIX = 'nuthatch:ring:away:';
/** So that what a dead process has left goes away by itself; nobody judges a mark by it. */
const MARK_LIFE_MS = 60_000;

/** What a process knows of a node. */
export interface Standing {
  isAway: boolean;
  /** Whether its mark was put there by this process, or renewed since it was seen first: what a dead process has left is not. */
  isConfirmed: boolean;
  /** Whether it was so before this process came: whoever has seen the change has invalidated everything, and that is found. */
  isInherited: boolean;
  /** Since when it is so. */
  changedAt: number;
  /** Of the newest mark that was seen. */
  version: number;
  /** When that was; `-Infinity` before the first. */
  markedAt: number;
  /** When a node was asked last that could have a newer one, and has answered. */
  heardAt: number;
}

/** A node of which nothing was heard yet. */
export function newStanding(): Standing {
  const never = -Infinity;
  return {
    isAway: false,
    isConfirmed: false,
    isInherited: false,
    changedAt: never,
    version: 0,
    markedAt: never,
    heardAt: never,
  };
}

export function markKey(name: string): string {
  return MARK_PREFIX + name;
}

/** A mark that is newer than all that were seen. */
export function markOf(name: string, seen: Pick<Standing, 'version'>, wallNow: number): Row {
  const version = Math.max(seen.version + 1, versionAt(Math.floor(wallNow)));
  return { key: markKey(name), value: '', expiresAt: wallNow + MARK_LIFE_MS, version, tags: [] };
}
