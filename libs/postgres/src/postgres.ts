import type { BackingStoreFactory } from 'nuthatch/engine';
import { Connections } from './connections.js';
import { type PostgresOptions, resolveOptions } from './options.js';
import { PostgresStore } from './store.js';

/**
 * Keeps entries in a table of PostgreSQL: `createCache({ store: postgres({ connectionString }) })`. Caches of any number and name, in any
 * number of processes, may share a table; nothing is connected to, or loaded, before a cache is opened.
 *
 * Needs `pg`. The caches of one factory share its connections. A store that cannot be opened answers `missing_peer`, `store_failed`
 * where the server cannot be reached, or `store_unusable`, naming the table and what was found; a table of somebody else is never changed.
 * @throws CacheError `bad_option`, with everything that is wrong.
 */
export function postgres(options: PostgresOptions = {}): BackingStoreFactory {
  const resolved = resolveOptions(options);
  const connections = new Connections(resolved.source, resolved.timeouts);
  return { name: 'postgres', create: (context) => new PostgresStore(resolved, context, connections) };
}
