import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { redis } from 'nuthatch/redis';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  describeWithRedis,
  type RedisCluster,
  type RedisServer,
  startCluster,
  startRedis,
} from '../../support/redis-servers.js';
import { closeCaches, type Opened, openCache, SLACK_MS, tryAll, type Tried } from './caches.js';
import { eventually } from './eventually.js';
import { FAULTS_WHILE_OPEN, type LaterFault } from './faults.js';

/** A load asks twice within the deadline of the tier: for the value, and for the lease. */
const CALL_MS = 2 * 250;
/** Memory is trusted for so long without a word of the others. */
const BLIND_MS = 1000;
/** Two seconds to find out that Redis is back, and the time until it is read again. */
const RECOVERED_MS = 2000 + 1500;

/** So many outages are lived through at a time. */
const AT_ONCE = 3;

/** What was seen of two caches while one of them, or both, had lost Redis. */
interface Outage {
  readonly tried: Tried;
  /** What both showed of the changed key while it lasted, once the time was over for which memory is trusted. */
  readonly during: readonly unknown[];
  /** The same, from when it was said to be over by. */
  readonly after: readonly unknown[];
  /** What the other read of what the one has set in the end. */
  readonly shared: string | undefined;
}

describeWithRedis()('a cache that loses its Redis while it is open', () => {
  const running = new Map<string, Promise<Outage>>();
  const begun: LaterFault[] = [];

  // Several at once: nearly all of their time they wait.
  beforeAll(() => {
    for (const [at, [name, start]] of FAULTS_WHILE_OPEN.entries()) {
      const before = [...running.values()].slice(0, at - (at % AT_ONCE));
      const outage = Promise.allSettled(before).then(async () => {
        const server = await startRedis();
        const fault = await start(server);
        begun.push(fault);
        return liveThrough(fault, server);
      });
      outage.catch(() => undefined);
      running.set(name, outage);
    }
  });

  afterAll(async () => {
    await Promise.allSettled(running.values());
    await closeCaches();
    await Promise.all(begun.map((fault) => fault.end?.()));
  });

  it.each(FAULTS_WHILE_OPEN)(
    '%s: goes on, and nothing old is shown once it is over',
    async (name) => {
      const outage = await running.get(name);
      expect(outage?.tried).toMatchObject({ thrown: [], wrong: [] });
      expect(outage?.tried.slowestMs).toBeLessThan(CALL_MS + 2 * SLACK_MS);
      expect(outage?.during).not.toContain('old');
      expect(outage?.after).not.toContain('old');
      expect(outage?.shared).toBe('owl');
    },
    60_000,
  );

  it.each<
    readonly [string, (master: RedisServer) => Promise<unknown>, (master: RedisServer) => Promise<unknown>]
  >([
    ['frozen', async (master) => master.pause(), async (master) => master.resume()],
    [
      'out of memory',
      (master) => master.cli('config', 'set', 'maxmemory', '1'),
      (master) => master.cli('config', 'set', 'maxmemory', '0'),
    ],
  ])(
    'shows nothing old where one master of a Cluster, not that of the bus, is %s',
    async (_name, begin, heal) => {
      const cluster = await startCluster({ replicas: 0, nodeTimeout: 60_000 });
      const { key, master } = await besideTheBus(cluster);
      const [here, there] = await twoCaches(cluster);
      await agree(here, there, key);
      await begin(master);
      await here.cache.set(key, 'new');
      const look = (): Promise<unknown> => there.cache.get(key);
      expect(await eventually(look, (found) => found !== 'old', BLIND_MS + SLACK_MS)).not.toBe('old');
      const seen = await watch(look, 1000);
      await heal(master);
      seen.push(...(await watch(look, RECOVERED_MS)));
      expect(seen).not.toContain('old');
      await cluster.stop();
    },
  );
});

/** Two caches see the same entry; one changes it while it has lost Redis, or both have. */
async function liveThrough(
  { begin, heal, url, isSeenByAll }: LaterFault,
  server: RedisServer,
): Promise<Outage> {
  const [here, there] = await Promise.all([
    openCache(redis({ url })),
    openCache(redis({ url: isSeenByAll ? url : server.url })),
  ]);
  await agree(here, there, 'bird');
  await begin();
  await here.cache.set('bird', 'new');
  const changedAt = performance.now();
  const tried = await tryAll(here.cache, 8);
  await sleep(Math.max(0, changedAt + BLIND_MS + SLACK_MS / 2 - performance.now()));
  const look = (): Promise<unknown[]> => Promise.all([here.cache.get('bird'), there.cache.get('bird')]);
  // Who hears all but the one that has lost its way cannot know of its change.
  const during = isSeenByAll ? await watch(look, 300) : [];
  await heal?.();
  const left = async (): Promise<unknown[]> => [
    here.cache.metrics().store_repairs_pending,
    ...(await look()),
  ];
  const isOver = ([repairs, ...found]: readonly unknown[]): boolean =>
    repairs === 0 && !found.includes('old');
  await eventually(left, isOver, RECOVERED_MS + SLACK_MS);
  const after = await watch(look, RECOVERED_MS);
  const share = async (): Promise<string | undefined> => {
    const key = `shared/${performance.now()}`;
    await here.cache.set(key, 'owl');
    return there.cache.get(key);
  };
  const shared = await eventually(share, (found) => found === 'owl', 4 * SLACK_MS);
  return { tried, during: during.flat(), after: after.flat(), shared };
}

/** Everything that is seen in so many milliseconds. */
async function watch<T>(look: () => Promise<T>, forMs: number): Promise<T[]> {
  const seen: T[] = [];
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(10))
    seen.push(await look());
  return seen;
}

/** On a machine that has other work to do it may take a while until both are linked. */
async function agree(here: Opened, there: Opened, key: string): Promise<void> {
  const put = async (): Promise<string | undefined> => {
    await here.cache.set(key, 'old');
    return there.cache.get(key);
  };
  const seen = await eventually(put, (found) => found === 'old', 20_000);
  if (seen !== 'old') throw new Error('the caches share nothing');
}

function twoCaches(cluster: RedisCluster): Promise<[Opened, Opened]> {
  return Promise.all([
    openCache(redis({ cluster: cluster.urls })),
    openCache(redis({ cluster: cluster.urls })),
  ]);
}

/** A key whose entry is on another master than the stream of the bus. */
async function besideTheBus(
  cluster: RedisCluster,
): Promise<{ readonly key: string; readonly master: RedisServer }> {
  const ofBus = await cluster.masterOf('nuthatch:{bus}');
  for (let at = 0; ; at += 1) {
    const master = await cluster.masterOf(`nuthatch:default:bird ${at}`);
    if (master !== ofBus) return { key: `bird ${at}`, master };
  }
}
