import { afterEach, describe, expect, it } from '@jest/globals';
import { redis } from 'nuthatch/redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithRedis, startRedis } from '../../support/redis-servers.js';
import { closeCaches, openCache, SLACK_MS, tryAll } from './caches.js';
import { eventually } from './eventually.js';
import { type Fault, FAULTS_AT_START } from './faults.js';
import { Proxy } from './proxy.js';
import { openSite } from './site.js';

/** What is promised: to open within a second, to answer within the deadline of the tier, and at once when it is known to be down. */
const OPENED_MS = 1000;
/** A load asks twice: for the value, and for the lease. */
const CALL_MS = 2 * 250;
const AT_ONCE_MS = 50;
/** Two seconds to find out that it is back, and the time until the tier is read again. */
const RECOVERED_MS = 2000 + 1500;

const faults: Fault[] = [];

afterEach(async () => {
  await closeCaches();
  await Promise.all(faults.splice(0).map((fault) => fault.end?.()));
});

describeWithRedis()('a cache whose Redis is not as it should be', () => {
  describe.each(FAULTS_AT_START)('from the start: %s', (_name, start) => {
    it('opens, answers from the loader, and recovers by itself', async () => {
      const fault = await start();
      faults.push(fault);
      const { cache, openedMs } = await openCache(redis({ url: fault.url }));
      expect(openedMs).toBeLessThan(OPENED_MS + SLACK_MS);
      const tried = await tryAll(cache, 8);
      expect(tried).toMatchObject({ thrown: [], wrong: [] });
      expect(tried.slowestMs).toBeLessThan(CALL_MS + SLACK_MS);
      expect(tried.laterMs).toBeLessThan(AT_ONCE_MS);
      const { heal } = fault;
      if (heal === undefined) return;
      await heal();
      const { cache: other } = await openCache(redis({ url: fault.url }));
      const shared = async (): Promise<string | undefined> => {
        const key = `shared/${performance.now()}`;
        await cache.set(key, 'owl');
        return other.get(key);
      };
      expect(await eventually(shared, (found) => found === 'owl', RECOVERED_MS + 4 * SLACK_MS)).toBe('owl');
    });

    it('refuses changes where it is told to, and throws nothing to those who read', async () => {
      const fault = await start();
      faults.push(fault);
      const { cache } = await openCache(redis({ url: fault.url }), { whenDown: 'refuse' });
      for (let round = 0; round < 8; round += 1) {
        await expect(cache.set(`refused/${round}`, 'owl')).rejects.toMatchObject({ name: 'CacheError' });
        expect(await cache.get(`refused/${round}`)).toBeUndefined();
        expect(await cache.getOrLoad(`loaded/${round}`, async () => 'wren')).toBe('wren');
      }
    });
  });

  it('takes no entry for that of another key', async () => {
    const server = await startRedis();
    const { cache } = await openCache(redis({ url: server.url }));
    await cache.setMany([
      ['owl', 'of the owl'],
      ['wren', 'of the wren'],
    ]);
    await server.cli('copy', 'nuthatch:default:owl', 'nuthatch:default:wren', 'replace');
    const { cache: other, events } = await openCache(redis({ url: server.url }));
    const own = await eventually(
      () => other.get('owl'),
      (found) => found !== undefined,
    );
    expect([own, await other.get('wren')]).toEqual(['of the owl', undefined]);
    expect(await other.getMany(['wren', 'owl'])).toEqual(new Map([['owl', 'of the owl']]));
    expect(await other.getOrLoad('wren', async () => 'loaded')).toBe('loaded');
    expect(events.filter(({ type }) => type === 'store_failed')).not.toEqual([]);
  });

  it('answers 100 of 100 HTTP requests with 200 while Redis is gone, and 100 more', async () => {
    const server = await startRedis();
    const site = await openSite(redis({ url: server.url }));
    try {
      expect((await site.get('/birds/0')).status).toBe(200);
      await server.kill();
      const startedAt = performance.now();
      const replies = await Promise.all(Array.from({ length: 100 }, (_, at) => site.get(`/birds/${at}`)));
      const later = [];
      for (let at = 100; at < 200; at += 1) later.push(await site.get(`/birds/${at}`));
      expect([...replies, ...later].map(({ status, text }) => `${status} ${text}`)).toEqual(
        Array.from({ length: 200 }, (_, at) => `200 bird ${at}`),
      );
      // One machine asks a hundred times at once, and answers.
      expect(Math.max(...replies.map(({ tookMs }) => tookMs))).toBeLessThan(CALL_MS + 4 * SLACK_MS);
      expect(later.map(({ tookMs }) => tookMs).sort((one, other) => one - other)[50]).toBeLessThan(
        AT_ONCE_MS,
      );
      expect(performance.now() - startedAt).toBeLessThan(10 * SLACK_MS);
      // Each was asked for once, or was in memory.
      expect(site.runs()).toBeLessThanOrEqual(201);
    } finally {
      await site.close();
    }
  });

  it('is never answered for another key over a connection that was cut in the middle of answers', async () => {
    const server = await startRedis();
    const proxy = await Proxy.before(server.port);
    faults.push({ url: proxy.url, end: async () => proxy.end() });
    const { cache } = await openCache(redis({ url: server.url }));
    const keys = Array.from({ length: 200 }, (_, at) => `bird ${at}`);
    await cache.setMany(keys.map((key) => [key, `of ${key}`] as const));
    const { cache: other } = await openCache(redis({ url: proxy.url }));
    const wrong: unknown[] = [];
    for (let round = 0; round < 10; round += 1) {
      const cut = sleep(round).then(
        () => (proxy.ailment = { kind: round % 2 === 0 ? 'reset' : 'truncated' }),
      );
      const found = await Promise.all(keys.map((key) => other.getOrLoad(key, async () => `of ${key}`)));
      wrong.push(...found.filter((value, at) => value !== `of ${keys[at]}`));
      await cut;
      proxy.heal();
      // From memory nothing could be wrong.
      await other.resize({ maxItems: 1 });
      await other.resize({ maxItems: 1000 });
    }
    expect(wrong).toEqual([]);
  });
});
