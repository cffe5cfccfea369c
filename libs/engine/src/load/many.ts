import { badOption } from '../kernel/errors.js';
import type { BulkLoader, BulkSource } from './bulk-loader.js';
import { collapse, collapseSource, isBulkSource } from './collapse.js';
import type { Loader, LoadOptions } from './loader.js';
import { type Loaders, loadOptionsOf, type Registered } from './loaders.js';

/** What reads and loads of many keys are made of. Keys are checked before. */
export interface ManyPort<V> {
  /** The values of those keys that memory, pending writes or store have; one call on the store. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, V>>;
  /**
   * The value of a key, by the one flight there is for it, with its fence and its time-outs. Called for keys that {@link ManyPort.find} has just not
   * found: memory is looked at again and the store is not asked, so that loads that begin in one turn of the event loop ask their loaders in that turn.
   */
  load(key: string, loader: Loader<V>, options: LoadOptions<V> | undefined): Promise<V>;
  /** Nothing more is loaded of what {@link ManyPort.find} was asked for last. */
  forget(keys: readonly string[]): void;
}

/** What to load many keys with. */
export interface ManyRequest<V> {
  /** Those who load where no loader is given. */
  readonly loaders: Loaders<V>;
  readonly loader: BulkLoader<V> | BulkSource<V> | undefined;
  readonly options: LoadOptions<V> | undefined;
}

/**
 * The values of all keys, in their order; each is there once. What nobody has is loaded.
 * @throws what the first load that failed has thrown, or `no_loader`, before anything is loaded.
 */
export async function findOrLoadMany<V>(
  port: ManyPort<V>,
  keys: readonly string[],
  request: ManyRequest<V>,
): Promise<Map<string, V>> {
  const loaderOf = loaderForEach(request);
  const loading = await beginLoads(port, keys, { loaderOf, options: request.options });
  const loaded = await Promise.all(loading.loads);
  const values = new Map([...loading.found, ...loaded]);
  // Each key was found or has just been loaded; a value may be undefined.
  return new Map(keys.map((key) => [key, values.get(key) as V]));
}

/** Finds values, and begins to load the others. */
async function beginLoads<V>(
  port: ManyPort<V>,
  keys: readonly string[],
  {
    loaderOf,
    options,
  }: { readonly loaderOf: (key: string) => Registered<V> } & Pick<ManyRequest<V>, 'options'>,
) {
  try {
    const found = await port.find(keys);
    const missing = keys.filter((key) => !found.has(key)).map((key) => ({ key, registered: loaderOf(key) }));
    const loads = missing.map(async ({ key, registered }): Promise<[string, V]> => {
      return [key, await port.load(key, registered.loader, loadOptionsOf(registered, options))];
    });
    return { found, loads };
  } finally {
    port.forget(keys);
  }
}

/** @throws CacheError `bad_option` where the loader given is none. */
function loaderForEach<V>({ loader, loaders }: ManyRequest<V>): (key: string) => Registered<V> {
  if (loader === undefined) return (key) => loaders.at(key);
  const one = isBulkSource<V>(loader) ? collapseSource(loader) : collapseAll(loader);
  return () => ({ loader: one, maxBatch: Infinity, options: undefined });
}

/** A function that is given for one call is asked once for all keys. */
function collapseAll<V>(loader: BulkLoader<V>): Loader<V> {
  if (typeof loader !== 'function')
    throw badOption('loader', 'a function, or { many } with a bulk loader', loader);
  return collapse(loader, { maxBatch: Infinity });
}
