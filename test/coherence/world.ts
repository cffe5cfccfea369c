import type { RedisOptions } from 'nuthatch/redis';
import { startCluster, startRedis, type RedisCluster, type RedisServer } from '../support/redis-servers.js';

export type Mode = 'single' | 'cluster';

/** The stream of the bus is on the server that has this key. */
export const BUS_KEY = 'nuthatch:{bus}';

/** The servers that a run has to itself. */
export interface World {
  readonly mode: Mode;
  readonly options: RedisOptions;
  /** All that run. */
  readonly servers: readonly RedisServer[];
  readonly cluster: RedisCluster | undefined;
  /** The server with the stream of the bus. */
  busServer(): Promise<RedisServer>;
  stop(): Promise<void>;
}

export async function startWorld(mode: Mode): Promise<World> {
  return mode === 'single' ? single(await startRedis()) : clustered(await startCluster());
}

function single(server: RedisServer): World {
  return {
    mode: 'single',
    options: { url: server.url },
    servers: [server],
    cluster: undefined,
    busServer: () => Promise.resolve(server),
    stop: () => server.stop(),
  };
}

function clustered(cluster: RedisCluster): World {
  return {
    mode: 'cluster',
    options: { cluster: cluster.urls },
    servers: cluster.nodes,
    cluster,
    busServer: () => cluster.masterOf(BUS_KEY),
    stop: () => cluster.stop(),
  };
}
