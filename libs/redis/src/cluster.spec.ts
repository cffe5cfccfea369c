import { type Row, type SharedTier } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { describeWithRedis, type RedisCluster, startCluster } from '../../../test/support/redis-servers.js';
import { RedisHub } from './hub.js';
import { resolveOptions } from './resolve-options.js';
import { RedisTier } from './tier.js';

const KEYS = Array.from({ length: 300 }, (_, n) => `bird ${n}`);

describeWithRedis()('the tier in a Redis Cluster', () => {
  let cluster: RedisCluster;
  let tier: SharedTier;
  let suspicions: string[];

  beforeAll(async () => {
    cluster = await startCluster({ masters: 3, replicas: 3, nodeTimeout: 1000 });
  });
  it('says that a part of it may fail alone', () => {
    expect(tier.isSpread).toBe(true);
  });

  beforeEach(async () => {
    suspicions = [];
    const { hub } = resolveOptions({ cluster: cluster.urls, connectTimeout: '20s', commandTimeout: '5s' });
    tier = new RedisTier(
      new RedisHub(hub),
      {
        namespace: 'birds',
        clock: new FakeClock(),
        suspect: (lost) => void suspicions.push(lost),
        failed: (operation, error) => suspicions.push(`${operation}: ${String(error)}`),
      },
      undefined,
    );
    await tier.open();
  });
  afterEach(() => tier.close());

  const rowOf = (key: string, version: number): Row => ({
    key,
    value: `${key} ${version}`,
    expiresAt: undefined,
    version,
    tags: [],
  });

  it('keeps keys of all slots, and those of one hash tag together', async () => {
    const rows = [...KEYS, '{nest}a', '{nest}b'].map((key) => rowOf(key, 1));
    expect(await tier.put(rows)).toEqual(rows.map(() => 1));
    const reads = await tier.getMany(rows.map(({ key }) => key));
    expect(reads.map(({ row }) => row?.value)).toEqual(rows.map(({ value }) => value));
    const claim = await tier.claim('wren', { seen: '', leaseMs: 1000 });
    expect(await tier.fill(rowOf('wren', 2), claim)).toBe('filled');
    expect(await tier.time()).toBeGreaterThan(Date.UTC(2020, 0));
    expect(suspicions).toEqual([]);
  });

  it('goes through the entries of all masters, and empties them', async () => {
    await tier.put(KEYS.map((key) => rowOf(key, 2)));
    expect(new Set(await keysIn(tier))).toEqual(new Set(['wren', '{nest}a', '{nest}b', ...KEYS]));
    await tier.clear();
    while ((await keysIn(tier)).length > 0);
    expect(suspicions).toEqual([]);
  });

  it('works on after a failover, and says that recent writes may be lost', async () => {
    await tier.put([rowOf('owl', 3)]);
    const master = await cluster.masterOf('nuthatch:birds:owl');
    await master.kill();
    await until(async () => {
      await tier.put([rowOf('owl', 4)]);
      return true;
    });
    expect((await tier.get('owl')).row).toEqual({ ...rowOf('owl', 4), freshUntil: undefined });
    await until(async () => suspicions.includes('recent'));
    await master.restart();
    await cluster.settled();
  });

  it('says that everything may be lost where a master has started anew in its place', async () => {
    await tier.put([rowOf('owl', 5)]);
    const master = await cluster.masterOf('nuthatch:birds:owl');
    await master.restart();
    await until(async () => {
      await tier.get('owl');
      return suspicions.includes('all') || suspicions.includes('recent');
    });
    expect(suspicions.length).toBeGreaterThan(0);
  });
});

async function keysIn(tier: SharedTier): Promise<string[]> {
  const keys: string[] = [];
  for await (const rows of tier.scan()) keys.push(...rows.map(({ key }) => key));
  return keys;
}

/** Asks until it is so. What fails meanwhile is tried again. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await new Promise((resolve) => setImmediate(resolve));
}
