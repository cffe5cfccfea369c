import { type Cache, createCache, shardedTier } from 'nuthatch/engine';
import { redis } from 'nuthatch/redis';
import { describeWithRedis, startRedis } from '../support/redis-servers.js';

const KEYS = Array.from({ length: 60 }, (_, number) => `bird:${number}`);
const entries = (from: number): [string, number][] => KEYS.map((key, number) => [key, from + number]);

/** Tries until it answers true; the time that it may take is that of the test. */
async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 100));
}

describeWithRedis()('caches over several Redis servers', () => {
  it('share everything while one of them is killed and comes back empty', async () => {
    const servers = { a: await startRedis(), b: await startRedis(), c: await startRedis() };
    const open = (): Promise<Cache<number>> => {
      const nodes = Object.entries(servers).map(([name, { url }]) => [name, redis({ url })] as const);
      const options = { nodes: Object.fromEntries(nodes), retryAfter: '200ms', lookEvery: '100ms' };
      return createCache<number>({ sharedTier: shardedTier(options) });
    };
    const [here, there] = await Promise.all([open(), open()]);
    /** Writes by one, and tells whether the other has all of it. */
    const isShared = async (from: number): Promise<boolean> => {
      await here.setMany(entries(from)).catch(() => undefined);
      const found = [...(await there.getMany(KEYS))];
      return JSON.stringify(found) === JSON.stringify(entries(from));
    };
    await until(() => isShared(0));

    // That of the bus is the first by name.
    await servers.b.kill();
    let from = 0;
    await until(() => isShared((from += 1000)));

    servers.b = await startRedis({ port: servers.b.port });
    await until(async () => (await isShared((from += 1000))) && (await hasKeys(servers.b.url)));
    expect(there.health().status).toBe('up');
    await Promise.all([here.close(), there.close()]);
  }, 60_000);
});

/** Whether a server has entries of birds. */
async function hasKeys(url: string): Promise<boolean> {
  const cache = await createCache<number>({ sharedTier: redis({ url }) });
  const found = await cache.getMany(KEYS);
  await cache.close();
  return found.size > 5;
}
