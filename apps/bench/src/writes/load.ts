import type { WriteBackSettings } from 'nuthatch/engine';

/** How writes come, and how a write-back cache is set for that. */
export interface Load {
  readonly name: 'burst' | 'steady' | 'hot';
  readonly about: string;
  /** They are written over and over, in order. */
  readonly keys: readonly string[];
  readonly writeBack: WriteBackSettings;
}

/** More than are written in a round, so that nobody waits for room. */
const MOST_PENDING = 5_000_000;
const BOUNDLESS = { maxPending: MOST_PENDING, maxPendingBytes: '2gb' } as const;
/** More than are written in a round, so that none is written twice. */
const COLD_KEYS = 600_000;
const HOT_KEYS = 10_000;

const cold = keysOf(COLD_KEYS);

/** The same for everybody; what the cache is set to matters to write-back only. */
export const loads: readonly Load[] = [
  {
    name: 'burst',
    about: 'every key once, into an empty queue, of which nothing is flushed before the burst is over',
    keys: cold,
    writeBack: { ...BOUNDLESS, flushInterval: '1h', flushCount: MOST_PENDING, flushBytes: '2gb' },
  },
  {
    name: 'steady',
    about: 'every key once; what is acknowledged is flushed meanwhile, by the same thread',
    keys: cold,
    writeBack: BOUNDLESS,
  },
  {
    name: 'hot',
    about: `${HOT_KEYS.toLocaleString('en')} keys over and over; they are flushed five times a second, the last value of each`,
    keys: keysOf(HOT_KEYS),
    writeBack: { ...BOUNDLESS, flushInterval: '200ms', flushCount: 2 * HOT_KEYS },
  },
];

function keysOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `item:${at}`);
}
