import type { Cluster, Redis } from 'ioredis';

/** A connection to Redis as `ioredis` makes it: to one server, or to the servers of a Cluster. */
export type RedisClient = Redis | Cluster;

/** The part of `ioredis` that is used. */
export interface RedisModule {
  readonly Redis: typeof Redis;
  readonly Cluster: typeof Cluster;
}

/** Whether keys live on several servers. */
export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster;
}

/** The servers that take writes. */
export function mastersOf(client: RedisClient): readonly Redis[] {
  return isCluster(client) ? client.nodes('master') : [client];
}

/** Ends connections at once, also where a server does not answer; nothing of what is under way is waited for. */
export function endNow(client: RedisClient): void {
  const nodes = isCluster(client) ? client.nodes() : [client];
  client.disconnect();
  // `disconnect` alone waits for the other side to close, too. There is no stream before the first attempt.
  for (const { stream } of nodes as readonly Partial<Redis>[]) stream?.destroy();
}
