import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fence } from '../kernel/fencing.js';
import type { LoadTicket } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import { isStale } from '../kernel/staleness.js';
import type { ReadToLoad } from '../store/permits.js';
import { asLoaded, type Backing, type Found } from './backing.js';

/** What a look behind memory works on. */
export interface LookParts<V> {
  readonly residents: Residents<V>;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
}

/** For whom it is made. */
export interface LookFor<V> {
  readonly key: string;
  /** What is known: only what is newer counts. */
  readonly former: EntryState<V> | undefined;
  readonly fence: Fence;
  /** The load that a record is read for. */
  readonly ticket: LoadTicket<V> | undefined;
  /** What a load asks other processes for, where it may. */
  readonly toLoad: ReadToLoad | undefined;
}

/** What was found: something fresh, or something stale that may be kept; or neither. */
export interface Behind<V> {
  readonly found?: Found<V>;
  readonly stale?: EntryState<V>;
}

/** Brings into memory what was found behind it, unless something newer has come there meanwhile; answers whether it did. */
export function keepFound<V>(
  residents: Residents<V>,
  { key, fence }: Pick<LookFor<V>, 'key' | 'fence'>,
  entry: EntryState<V>,
): boolean {
  const mayKeep = fence.holds() && (residents.readKept(key)?.version ?? 0) <= entry.version;
  if (mayKeep) residents.offer(key, entry);
  return mayKeep;
}

/** Looks for what a load is to find, before a loader is asked. It comes into memory. A store that fails is reported, and has nothing. */
export async function lookBehind<V>(
  { residents, recorder, clock }: LookParts<V>,
  backing: Backing<V>,
  { key, former, fence, ticket, toLoad }: LookFor<V>,
): Promise<Behind<V>> {
  const reading = backing.read(key, toLoad);
  const found = await reading.catch((error: unknown) => recorder.storeFailed(`read ${key}`, error));
  if (found === undefined || (former !== undefined && former.version >= found.entry.version)) return {};
  const entry = asLoaded(found, ticket);
  const mayKeep = keepFound(residents, { key, fence }, entry);
  if (!isStale(entry, clock.now())) return { found };
  return mayKeep ? { stale: entry } : {};
}
