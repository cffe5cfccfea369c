import { CacheError, show } from '../kernel/errors.js';

/** Says that something else than a list of messages came over a bus. */
export function foreignMessage(found: unknown): CacheError {
  return new CacheError(
    'bad_value',
    `a message was received that is none of this version: ${show(found)}; it was not applied`,
  );
}

/** Says that a message came that could not even be read. */
export function unreadableMessage(): CacheError {
  return new CacheError('bad_value', 'a message was received that could not be read; it was not applied');
}

/** Says that nobody relays messages between processes. */
export function noRelay(waitedMs: number): CacheError {
  return new CacheError(
    'store_failed',
    `no relay of clusterBus() answers within ${waitedMs} ms; call relayClusterBus() once in the primary process`,
  );
}

/** Says that this process is none that `node:cluster` has started, and no relay is in it. */
export function noCluster(): CacheError {
  return new CacheError(
    'store_failed',
    'clusterBus() needs a worker of node:cluster, or the primary process with relayClusterBus() called in it',
  );
}

/** Says that the primary process, or the way to it, is gone. */
export function noPrimary(cause?: unknown): CacheError {
  return new CacheError('store_failed', 'the primary process of node:cluster cannot be reached', cause);
}

/** Says that only the primary process relays. */
export function notPrimary(): CacheError {
  return new CacheError(
    'bad_declaration',
    'relayClusterBus() must be called in the primary process of node:cluster, this is a worker',
  );
}
