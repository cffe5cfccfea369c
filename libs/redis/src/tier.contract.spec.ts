import { sharedTierClauses } from 'nuthatch/testing';
import {
  describeWithRedis,
  type RedisCluster,
  type RedisServer,
  startCluster,
  startRedis,
} from '../../../test/support/redis-servers.js';
import { redis, type RedisOptions } from './index.js';

let prefixes = 0;

/** Two factories, as two processes have them, that find nothing. */
function factories(options: RedisOptions) {
  const keyPrefix = `contract-${(prefixes += 1)}`;
  const patient = { connectTimeout: '20s', commandTimeout: '10s', keyPrefix, ...options };
  return [redis(patient), redis(patient)];
}

describeWithRedis()('Redis as a shared tier', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });

  const clauses = sharedTierClauses({ open: async () => factories({ url: server.url }) });
  it.each(clauses.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());
});

describeWithRedis()('a Redis Cluster as a shared tier', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster({ masters: 3, replicas: 0 });
  });

  const clauses = sharedTierClauses({ open: async () => factories({ cluster: cluster.urls }) });
  it.each(clauses.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());
});
