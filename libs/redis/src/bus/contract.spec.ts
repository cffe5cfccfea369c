import { busContract } from 'nuthatch/testing';
import { describeWithRedis, startRedis } from '../../../../test/support/redis-servers.js';
import { RedisHub } from '../hub.js';
import { resolveOptions } from '../resolve-options.js';
import type { BusOptions } from './options.js';
import { redisBus } from './redis-bus.js';

describeWithRedis()('the bus in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let prefixes = 0;

  beforeAll(async () => {
    server = await startRedis();
  });

  function busOf(keyPrefix: string, options: BusOptions): ReturnType<typeof redisBus> {
    return redisBus(
      new RedisHub(
        resolveOptions({ url: server.url, keyPrefix, connectTimeout: '10s', commandTimeout: '10s' }).hub,
      ),
      options,
    );
  }
  const freshPrefix = (): string => `p${(prefixes += 1)}`;

  busContract({ name: 'one process', open: async () => busOf(freshPrefix(), {}) });
  busContract({
    name: 'each in a process of its own, with a secret',
    open: async () => {
      const prefix = freshPrefix();
      return Array.from({ length: 3 }, () => busOf(prefix, { secret: 'a secret that nobody knows' }));
    },
  });
});
