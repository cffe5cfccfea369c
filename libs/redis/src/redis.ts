import type { SharedTierFactory } from 'nuthatch/engine';
import { redisBus } from './bus/redis-bus.js';
import { RedisHub } from './hub.js';
import type { RedisOptions } from './options.js';
import { warnOfPlaintext } from './plaintext.js';
import { resolveOptions } from './resolve-options.js';
import { RedisTier } from './tier.js';

/**
 * Shares the entries of caches between processes, in Redis 6.2 or later, Valkey, or a Redis Cluster. Caches of any number and name may use one
 * `redis()`; they share its connections. Nothing is connected to, or loaded, before a cache is opened. Has a bus, by which processes tell each other
 * of changes.
 *
 * Needs `ioredis`. What cannot be reached answers `store_failed` with what Redis, or the network, has said; the connection is made again by itself.
 * A server that evicts keys (`maxmemory-policy`) makes room of entries, and may forget by it that a key was deleted while it was being loaded: give
 * the cache a server of its own whose memory is enough, or lives to its entries.
 * @throws CacheError `bad_option`, with everything that is wrong.
 */
export function redis(options: RedisOptions): SharedTierFactory {
  const { hub: settings, compression, bus } = resolveOptions(options);
  warnOfPlaintext(settings.source);
  const hub = new RedisHub(settings);
  return {
    name: 'redis',
    create: (context) => new RedisTier(hub, context, compression),
    bus: redisBus(hub, bus),
  };
}
