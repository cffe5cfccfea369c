import { turnOfTheLoop } from '../kernel/clock.js';
import { parseCount } from '../kernel/count.js';
import { badOption } from '../kernel/errors.js';
import { BulkBatch } from './bulk-batch.js';
import type { BulkLoader, BulkSource } from './bulk-loader.js';
import type { Loader } from './loader.js';

/** How single misses are gathered. */
export interface CollapseOptions {
  /** For how many keys the bulk loader is asked at once; more make several calls. */
  readonly maxBatch: number;
  /** What ends the gathering; the end of the turn of the event loop by default. */
  readonly turn?: (() => Promise<void>) | undefined;
}

/** A loader whose loads of one turn become one call. */
export type GatheringLoader<V> = Loader<V> & { readonly gathers: true };

/** How many keys a bulk loader is asked for at once where nothing is said. */
export const DEFAULT_MAX_BATCH = 100;

/**
 * A loader of single keys that gathers what is asked of it in one turn of the event loop, and asks the bulk loader once for all of it. Each caller gets
 * the answer for his own key; one that goes, by the signal of his load, is let go at once, and a call that never ends holds up no later one.
 */
export function collapse<V>(bulk: BulkLoader<V>, options: CollapseOptions): GatheringLoader<V> {
  const { maxBatch, turn = turnOfTheLoop } = options;
  let gathered: BulkBatch<V>[] = [];
  const send = (): void => {
    const batches = gathered;
    gathered = [];
    for (const batch of batches) void batch.send();
  };
  const load: Loader<V> = (context) => {
    const last = gathered.at(-1);
    if (last !== undefined && last.size < maxBatch && !last.has(context.key)) return last.load(context);
    if (last === undefined) void turn().then(send);
    const batch = new BulkBatch(bulk);
    gathered.push(batch);
    return batch.load(context);
  };
  return Object.assign(load, { gathers: true as const });
}

/** Whether loads of this loader are to begin together: to let only some of them begin at a time would make more calls of them. */
export function gathers<V>(loader: Loader<V>): boolean {
  return 'gathers' in loader;
}

/** The loader of single keys that gathers for a source. @throws CacheError `bad_option`. */
export function collapseSource<V>({ many, maxBatch = DEFAULT_MAX_BATCH }: BulkSource<V>): Loader<V> {
  if (typeof many !== 'function') throw badOption('loader.many', 'a function', many);
  return collapse(many, { maxBatch: parseCount('loader.maxBatch', maxBatch) });
}

/** Whether this is a bulk loader with its bound. */
export function isBulkSource<V>(given: unknown): given is BulkSource<V> {
  return typeof given === 'object' && given !== null && 'many' in given;
}
