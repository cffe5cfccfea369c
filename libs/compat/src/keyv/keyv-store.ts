import type { BackingStoreFactory, StoreRole } from 'nuthatch/engine';
import { AdapterTexts } from './adapter-texts.js';
import { CacheManagerTexts } from './cache-manager-texts.js';
import { badKeyvOption, messageOf, noKeyvStore } from './keyv-errors.js';
import { KeyvTexts } from './keyv-texts.js';
import {
  type CacheManagerStoreLike,
  isCacheManagerStore,
  isKeyv,
  isKeyvAdapter,
  type KeyvAdapterLike,
  type KeyvLike,
} from './keyv-types.js';
import { prefixOf, RowsInTexts, type TextsLease } from './rows-in-texts.js';
import type { Texts } from './texts.js';
import { WatchedTexts } from './watched-texts.js';

/** What can be used as the store of a cache: a Keyv, a storage adapter of Keyv, or a store of cache-manager 5. */
export type KeyvStoreSource = KeyvLike | KeyvAdapterLike | CacheManagerStoreLike;

/** How a Keyv serves as a store. */
export interface KeyvStoreOptions {
  /** `'cache'` by default; as `'record'` rows are kept without a time to live. */
  readonly role?: StoreRole | undefined;
  /** Whether the Keyv is disconnected when the last cache that uses it is closed; true by default. */
  readonly disconnect?: boolean | undefined;
  /** Hears of errors that are emitted while nothing was asked, such as of a lost connection; by default a warning of the process. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * A Keyv as the store of a cache, with whatever is behind it: its namespace, serializer and compression stay at work. What it emits or
 * swallows as an error is a rejection, so that a cache sees when it is down. Entries expire in it when they expire in the cache.
 *
 * A Keyv has no transactions: where a batch is refused, some of it may be stored. Snapshots are not restored into it, and are taken only
 * where its adapter can list its keys (`iterator`), which `clear()` also uses; without, a cache must have the Keyv to itself. What an
 * invalidation by tag or pattern makes gone, other processes with the same Keyv see when they are started next.
 *
 * @example
 * ```ts
 * const cache = await createCache({ store: keyvStore(new Keyv({ store: new KeyvRedis(url), namespace: 'shop' })), ttl: '5m' });
 * ```
 * @throws CacheError `bad_option` naming the option.
 */
export function keyvStore(source: KeyvStoreSource, options: KeyvStoreOptions = {}): BackingStoreFactory {
  const { role = 'cache', disconnect = true, onError = warnOf(source) } = options;
  if (role !== 'cache' && role !== 'record') throw badKeyvOption('role', "'cache' or 'record'", role);
  const texts = new WatchedTexts(textsOf(source), onError);
  const namespaces = new Set<string>();
  const lease = leaseOf(texts, { disconnect, isExclusive: () => namespaces.size < 2 });
  return {
    name: texts.name,
    create: (context) => {
      assertApart(source, context.namespace);
      namespaces.add(context.namespace);
      return new RowsInTexts(lease, role, context);
    },
  };
}

function textsOf(source: unknown): Texts {
  if (isKeyv(source)) return new KeyvTexts(source);
  if (isKeyvAdapter(source)) return new AdapterTexts(source);
  if (isCacheManagerStore(source)) return new CacheManagerTexts(source);
  throw noKeyvStore(source);
}

interface LeaseParts extends Pick<TextsLease, 'isExclusive'> {
  readonly disconnect: boolean;
}

/** Caches of several names may use one Keyv: the last one to leave ends it. */
function leaseOf(texts: WatchedTexts, { disconnect, isExclusive }: LeaseParts): TextsLease {
  let users = 0;
  return {
    texts,
    isExclusive,
    enter: () => {
      users++;
      texts.listen();
    },
    leave: async () => {
      users--;
      if (users === 0) await texts.end(disconnect);
    },
  };
}

/** A Keyv takes a key that begins with its namespace for one that has its prefix already. */
function assertApart(source: object, name: string): void {
  const namespace: unknown = 'namespace' in source ? source.namespace : undefined;
  if (typeof namespace !== 'string' || !prefixOf(name).startsWith(`${namespace}:`)) return;
  throw badKeyvOption('namespace of the Keyv', `another than ${JSON.stringify(namespace)}`, namespace);
}

/** Warns once of what is said again and again. */
function warnOf(source: object): (error: unknown) => void {
  let last: string | undefined;
  return (error) => {
    const message = `${source.constructor?.name ?? 'a Keyv'} behind a cache emitted an error: ${messageOf(error)}`;
    if (message === last) return;
    last = message;
    process.emitWarning(message, 'NuthatchWarning');
  };
}
