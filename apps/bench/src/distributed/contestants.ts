import { openBare } from './bare-clients.js';
import { openBentocache, openCacheable, openCacheManager, openOurs } from './caches.js';
import type { Opening, Subject } from './subject.js';

/** One line of the tables. */
export type Contestant = Cache | Client;

interface Cache {
  readonly kind: 'cache';
  readonly name: string;
  open(opening: Opening): Promise<Subject>;
}

/** Reads what our cache has written, and decodes it. */
interface Client {
  readonly kind: 'client';
  readonly name: string;
  open(opening: Opening, keys: readonly string[]): Promise<Pick<Subject, 'get'>>;
}

/** Ours. */
export const OURS = 'nuthatch';
/** The client that ours is built on, as it is quickest for a lone caller. */
export const LONE_CLIENT = 'ioredis GET';
/** The same, as it is quickest for many. */
export const PIPELINED_CLIENT = 'auto-pipelined ioredis GET';

export const contestants: readonly Contestant[] = [
  { kind: 'cache', name: OURS, open: openOurs },
  { kind: 'cache', name: 'bentocache', open: openBentocache },
  { kind: 'cache', name: 'cacheable', open: openCacheable },
  { kind: 'cache', name: 'cache-manager', open: openCacheManager },
  { kind: 'client', name: LONE_CLIENT, open: openBare({ library: 'ioredis', isPipelined: false }) },
  { kind: 'client', name: PIPELINED_CLIENT, open: openBare({ library: 'ioredis', isPipelined: true }) },
  { kind: 'client', name: 'node-redis GET', open: openBare({ library: 'redis' }) },
];

/** @throws Error where nobody is called so. */
export function contestantOf(name: string): Contestant {
  const found = contestants.find((contestant) => contestant.name === name);
  if (found === undefined) throw new Error(`no contestant is called ${JSON.stringify(name)}`);
  return found;
}
