import type { BackingStoreFactory } from 'nuthatch/engine';
import { type SqliteOptions, resolveOptions } from './options.js';
import { SqliteStore } from './store.js';

/**
 * Keeps entries in a SQLite file: `createCache({ store: sqlite({ file: 'cache.db' }) })`. Caches of any number and name may share
 * a file; nothing is opened, or loaded, before a cache is.
 *
 * Needs `better-sqlite3`. A store that cannot be opened answers `missing_peer` or `store_unusable`, naming the file and what was
 * found; nothing that is there is ever deleted or overwritten.
 * @throws CacheError `bad_option`, with everything that is wrong.
 */
export function sqlite(options: SqliteOptions): BackingStoreFactory {
  const resolved = resolveOptions(options);
  const memory = Symbol('memory');
  return { name: 'sqlite', create: (context) => new SqliteStore(resolved, context, memory) };
}
