import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { FENCE_MS, type Row, type SharedTier, type TierContext, TOO_CLOSE_MS } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { describeWithRedis, type RedisServer, startRedis } from '../../../test/support/redis-servers.js';
import { RedisHub } from './hub.js';
import type { RedisOptions } from './options.js';
import { resolveOptions } from './resolve-options.js';
import { RedisTier } from './tier.js';

const EPOCH = Date.UTC(2100, 0);
const TOO_CLOSE = TOO_CLOSE_MS * 1024;

describeWithRedis()('the tier in Redis', () => {
  let server: RedisServer;
  let bare: Redis;
  let opened: SharedTier[];
  let failures: [operation: string, message: string][];
  let namespace: string;

  beforeAll(async () => {
    server = await startRedis();
    bare = new Redis(server.port, '127.0.0.1');
  });
  afterAll(() => bare.disconnect());
  beforeEach(() => {
    opened = [];
    failures = [];
    namespace = `birds ${randomUUID()}`;
  });
  afterEach(async () => {
    for (const tier of opened) await tier.close();
  });

  /** A tier with a connection of its own, as another process has one. */
  async function open(options: Partial<RedisOptions> = {}, context: Partial<TierContext> = {}) {
    const resolved = resolveOptions({ url: server.url, commandTimeout: '10s', ...options });
    const tier = new RedisTier(
      new RedisHub(resolved.hub),
      {
        namespace,
        clock: new FakeClock(),
        suspect: () => undefined,
        failed: (operation, error) => failures.push([operation, (error as Error).message]),
        ...context,
      },
      resolved.compression,
    );
    opened.push(tier);
    await tier.open();
    return tier;
  }

  const row = (key: string, version: number, more: Partial<Row> = {}): Row => ({
    key,
    value: `${key} ${version}`,
    expiresAt: undefined,
    version,
    tags: [],
    freshUntil: undefined,
    ...more,
  });
  const redisKey = (key: string) => `nuthatch:${namespace}:${key}`;

  it('answers what was put, and nothing where nothing was', async () => {
    const tier = await open();
    const owl = row('owl', 5, { tags: ['night', 'bird'], expiresAt: EPOCH, freshUntil: EPOCH - 1 });
    expect(await tier.put([owl])).toEqual([5]);
    expect(await tier.getMany(['owl', 'wren'])).toEqual([
      { row: owl, stamp: expect.any(String) as string, version: 5 },
      { row: undefined, stamp: '', version: 0 },
    ]);
  });

  it('overwrites what is under its key and no entry, be it no text at all', async () => {
    const tier = await open();
    const spoil = async (): Promise<void> => {
      await bare.del(redisKey('owl'));
      await bare.lpush(redisKey('owl'), 'not ours');
    };
    await spoil();
    expect((await tier.get('owl')).row).toBeUndefined();
    expect(await tier.put([row('owl', 5), row('wren', 5)])).toEqual([5, 5]);
    expect((await tier.get('owl')).row).toEqual(row('owl', 5));
    await spoil();
    expect(await tier.delete([{ key: 'owl', version: 7 }])).toEqual([7]);
    await spoil();
    const { token, stamp } = await tier.claim('owl', { seen: '', leaseMs: 1000 });
    expect(await tier.fill(row('owl', 9), { token, stamp })).toBe('filled');
    expect((await tier.get('owl')).row).toEqual(row('owl', 9));
  });

  it('keeps bytes, and keys and texts that are no Unicode', async () => {
    const tier = await open();
    const rows = [
      row('bytes', 1, { value: new Uint8Array([0, 255, 128]) }),
      row('\ud800', 1, { value: 'lone \udc00', tags: ['\ud801'] }),
      row('"\\ud800"', 1),
      row('empty', 1, { value: '' }),
    ];
    await tier.put(rows);
    const reads = await tier.getMany(['bytes', '\ud800', 'empty']);
    expect(new Uint8Array(reads[0]?.row?.value as Uint8Array)).toEqual(new Uint8Array([0, 255, 128]));
    expect(reads[2]?.row).toEqual(rows[3]);
    // These two share a key of Redis: the one that was written last is there, and the other is a miss.
    expect(reads[1]?.row).toBeUndefined();
    expect((await tier.get('"\\ud800"')).row).toEqual(rows[2]);
    await tier.put([row('\ud800', 2, { value: 'lone \udc00', tags: ['\ud801'] })]);
    expect((await tier.get('\ud800')).row).toEqual({ ...rows[1], version: 2 });
  });

  describe('of two writes', () => {
    it('keeps the one with the larger version, in whatever order they come', async () => {
      const tier = await open();
      const [early, late] = [row('owl', 10), row('owl', 11 + TOO_CLOSE)];
      expect(await tier.put([late])).toEqual([late.version]);
      expect(await tier.put([early])).toEqual([late.version]);
      expect((await tier.get('owl')).row).toEqual(late);
      expect(await tier.put([row('owl', late.version + 1)])).toEqual([late.version + 1]);
    });

    it('keeps none where it cannot be told which came last', async () => {
      const tier = await open();
      await tier.put([row('owl', 11 + TOO_CLOSE)]);
      expect(await tier.put([row('owl', 11)])).toEqual([12 + TOO_CLOSE]);
      expect(await tier.get('owl')).toMatchObject({ row: undefined, version: 12 + TOO_CLOSE });
    });

    it('takes the same version again', async () => {
      const tier = await open();
      expect(await tier.put([row('owl', 7)])).toEqual([7]);
      const { stamp } = await tier.get('owl');
      expect(await tier.put([row('owl', 7)])).toEqual([7]);
      expect((await tier.get('owl')).stamp).not.toBe(stamp);
    });
  });

  it('deletes whatever is there, and answers under which version', async () => {
    const tier = await open();
    await tier.put([row('owl', 5), row('wren', 5)]);
    const deletions = [
      { key: 'owl', version: 9 },
      { key: 'wren', version: 3 },
      { key: 'crow', version: 4 },
    ];
    expect(await tier.delete(deletions)).toEqual([9, 6, 4]);
    for (const read of await tier.getMany(['owl', 'wren', 'crow'])) {
      expect(read.row).toBeUndefined();
      expect(read.stamp).not.toBe('');
    }
    expect(await tier.put([row('owl', 9 - TOO_CLOSE - 1)])).toEqual([9]);
  });

  it('keeps what is needed to tell an overtaken load for as long as it must', async () => {
    const tier = await open();
    const now = await tier.time();
    await tier.put([row('soon', 1, { expiresAt: now + 5 }), row('late', 1, { expiresAt: now + 1e7 })]);
    await tier.put([row('never', 1)]);
    await tier.delete([{ key: 'gone', version: 1 }]);
    await tier.claim('absent', { seen: '', leaseMs: 10 });
    const lives = await Promise.all(
      ['soon', 'late', 'never', 'gone', 'absent'].map((key) => bare.pttl(redisKey(key))),
    );
    const [soon = 0, late = 0, never, gone = 0, absent = 0] = lives;
    for (const life of [soon, gone, absent]) {
      expect(life).toBeGreaterThan(FENCE_MS - 10_000);
      expect(life).toBeLessThanOrEqual(FENCE_MS);
    }
    expect(late).toBeGreaterThan(1e7 - 10_000);
    expect(never).toBe(-1);
  });

  describe('a lease', () => {
    it('is granted to one, and fills what nothing has changed', async () => {
      const [here, there] = [await open(), await open()];
      const claim = await here.claim('owl', { seen: '', leaseMs: 60_000 });
      expect(claim).toMatchObject({
        row: undefined,
        version: 0,
        busyMs: 0,
        token: expect.any(String) as string,
      });
      const other = await there.claim('owl', { seen: '', leaseMs: 60_000 });
      expect(other.token).toBeUndefined();
      expect(other.stamp).toBe(claim.stamp);
      expect(other.busyMs).toBeGreaterThan(50_000);
      expect(await here.fill(row('owl', 3), claim)).toBe('awaited');
      expect(await there.claim('owl', { seen: '', leaseMs: 60_000 })).toMatchObject({
        row: row('owl', 3),
        token: undefined,
        busyMs: 0,
      });
    });

    it('tells nobody where nobody waits', async () => {
      const tier = await open();
      const claim = await tier.claim('owl', { seen: '', leaseMs: 60_000 });
      await tier.claim('owl', { seen: '', leaseMs: 0 });
      expect(await tier.fill(row('owl', 3), claim)).toBe('filled');
    });

    it.each([
      ['deleted', (tier: SharedTier) => tier.delete([{ key: 'owl', version: 2 }])],
      ['written', (tier: SharedTier) => tier.put([row('owl', 2)])],
      ['expired in Redis', () => bare.del(redisKey('owl'))],
    ])('fills nothing where the key was %s meanwhile', async (_, change) => {
      const [here, there] = [await open(), await open()];
      const claim = await here.claim('owl', { seen: '', leaseMs: 60_000 });
      await change(there);
      expect(await here.fill(row('owl', 9), claim)).toBe('fenced');
      expect((await here.get('owl')).row?.version).not.toBe(9);
    });

    it('fences who has seen nothing where there was something meanwhile', async () => {
      const tier = await open();
      const claim = await tier.claim('owl', { seen: '', leaseMs: 0 });
      expect(claim).toMatchObject({ stamp: '', token: undefined });
      await tier.put([row('owl', 2)]);
      await tier.delete([{ key: 'owl', version: 3 }]);
      expect(await tier.fill(row('owl', 9), claim)).toBe('fenced');
      expect(await tier.fill(row('wren', 9), claim)).toBe('filled');
    });

    it('is granted on an entry that was seen, which stays as it is until it is filled', async () => {
      const tier = await open();
      await tier.put([row('owl', 1, { expiresAt: EPOCH })]);
      const { stamp } = await tier.get('owl');
      const life = await bare.pttl(redisKey('owl'));
      const claim = await tier.claim('owl', { seen: stamp, leaseMs: 60_000 });
      expect(claim).toMatchObject({ stamp, version: 1, busyMs: 0, token: expect.any(String) as string });
      expect(await bare.pttl(redisKey('owl'))).toBeGreaterThan(life - 10_000);
      expect(await tier.get('owl')).toMatchObject({ row: row('owl', 1, { expiresAt: EPOCH }), stamp });
      expect(await tier.fill(row('owl', 2), claim)).toBe('filled');
      expect((await tier.get('owl')).row).toEqual(row('owl', 2));
    });

    it('is granted at once on an entry that has expired', async () => {
      const tier = await open();
      await tier.put([row('owl', 1, { expiresAt: (await tier.time()) - 1 })]);
      expect(await tier.claim('owl', { seen: '', leaseMs: 60_000 })).toMatchObject({
        row: undefined,
        version: 1,
        token: expect.any(String) as string,
      });
    });

    it('lasts as long as was asked for, and no longer', async () => {
      const tier = await open();
      const first = await tier.claim('owl', { seen: '', leaseMs: 1 });
      let second = await tier.claim('owl', { seen: '', leaseMs: 60_000 });
      while (second.token === undefined) second = await tier.claim('owl', { seen: '', leaseMs: 60_000 });
      expect(await tier.release('owl', first.token ?? '')).toBe(false);
      expect((await tier.claim('owl', { seen: '', leaseMs: 60_000 })).token).toBeUndefined();
      expect(await tier.release('owl', second.token)).toBe(true);
      expect((await tier.claim('owl', { seen: '', leaseMs: 60_000 })).token).toBeDefined();
    });

    it('keeps the key for as long as it lasts', async () => {
      const tier = await open();
      await tier.delete([{ key: 'owl', version: 1 }]);
      await tier.claim('owl', { seen: '', leaseMs: 10 * FENCE_MS });
      expect(await bare.pttl(redisKey('owl'))).toBeGreaterThan(9 * FENCE_MS);
    });
  });

  describe('what is no record of the key', () => {
    it.each<[string, (record: Buffer) => Buffer]>([
      [
        'text of somebody else',
        () => Buffer.from('hello, this is somebody else, with a text of some length'),
      ],
      ['an empty string', () => Buffer.alloc(0)],
      ['a record that ends too early', (record) => record.subarray(0, 60)],
      ['another format', (record) => Buffer.concat([Buffer.from([9]), record.subarray(1)])],
      ['lengths that lie', (record) => Buffer.concat([record.subarray(0, 44), Buffer.alloc(40, 255)])],
      [
        'unknown flags',
        (record) => Buffer.concat([record.subarray(0, 43), Buffer.from([128]), record.subarray(44)]),
      ],
    ])('is a miss: %s', async (_, damage) => {
      const tier = await open();
      await tier.put([row('owl', 5), row('wren', 5)]);
      const record = await bare.getBuffer(redisKey('owl'));
      await bare.set(redisKey('owl'), damage(record ?? Buffer.alloc(0)));
      const [owl, wren] = await tier.getMany(['owl', 'wren']);
      expect(owl?.row).toBeUndefined();
      expect(wren?.row).toEqual(row('wren', 5));
      const claim = await tier.claim('owl', { seen: '', leaseMs: 1000 });
      expect(claim.token).toBeDefined();
      expect(await tier.fill(row('owl', 6), claim)).toBe('filled');
      expect((await tier.get('owl')).row).toEqual(row('owl', 6));
    });

    it('is a miss where it is the record of another key, and reported once a second', async () => {
      const clock = new FakeClock();
      const tier = await open({}, { clock });
      await tier.put([row('wren', 5)]);
      await bare.copy(redisKey('wren'), redisKey('owl'));
      expect((await tier.get('owl')).row).toBeUndefined();
      expect((await tier.get('owl')).row).toBeUndefined();
      expect(failures).toEqual([
        ['read', 'what Redis has under the key "owl" is no entry of it: it is of another key'],
      ]);
      clock.advance('1s');
      await tier.get('owl');
      expect(failures).toHaveLength(2);
    });
  });

  it('compresses what is large, and reads it without being told to', async () => {
    const tier = await open({ compress: { above: 100 } });
    const text = 'hoo '.repeat(1000);
    const bytes = new Uint8Array(5000).fill(7);
    await tier.put([row('text', 1, { value: text }), row('bytes', 1, { value: bytes }), row('small', 1)]);
    expect(await bare.strlen(redisKey('text'))).toBeLessThan(300);
    const reader = await open();
    const reads = await reader.getMany(['text', 'bytes', 'small']);
    expect(reads[0]?.row?.value).toBe(text);
    expect(Buffer.compare(reads[1]?.row?.value as Uint8Array, bytes)).toBe(0);
    expect(reads[2]?.row).toEqual(row('small', 1));
  });

  it('runs its scripts where the server has forgotten them', async () => {
    const tier = await open();
    await tier.put([row('owl', 1)]);
    await bare.script('FLUSH');
    expect(await tier.put(['a', 'b', 'c'].map((key) => row(key, 1)))).toEqual([1, 1, 1]);
    await bare.script('FLUSH');
    expect((await tier.claim('owl', { seen: '', leaseMs: 0 })).row).toEqual(row('owl', 1));
  });

  it('remembers the newest invalidation of each name, in order', async () => {
    const tier = await open();
    await tier.invalidate([
      { scope: 'tag', name: 'night', version: 7 },
      { scope: 'prefix', name: 'lone \ud800', version: 5 },
    ]);
    await tier.invalidate([
      { scope: 'tag', name: 'night', version: 6 },
      { scope: 'pattern', name: 'night', version: 6 },
    ]);
    expect(await (await open()).invalidations()).toEqual([
      { scope: 'prefix', name: 'lone \ud800', version: 5 },
      { scope: 'pattern', name: 'night', version: 6 },
      { scope: 'tag', name: 'night', version: 7 },
    ]);
  });

  it('sums up older invalidations where there are too many', async () => {
    const tier = await open();
    const marks = Array.from(
      { length: 10_001 },
      (_, n) => ({ scope: 'tag', name: `${n}`, version: n + 1 }) as const,
    );
    await tier.invalidate(marks);
    const left = await tier.invalidations();
    expect(left).toHaveLength(5001);
    expect(left[0]).toEqual({ scope: 'prefix', name: '', version: 5001 });
    expect(left[1]).toEqual({ scope: 'tag', name: '5001', version: 5002 });
    expect(left.at(-1)).toEqual({ scope: 'tag', name: '10000', version: 10_001 });
  });

  it('goes through its own entries, and empties its own, whatever its name', async () => {
    const names = ['b*', 'b?', 'b[a-z]', 'b\\', 'bx', 'b:c', 'b', '{b}'].map((name) => `${namespace}${name}`);
    const tiers = await Promise.all(names.map((name) => open({}, { namespace: name })));
    for (const tier of tiers) await tier.put(['c:owl', 'wren', '{marks}'].map((key) => row(key, 1)));
    const [first] = tiers;
    await first?.invalidate([{ scope: 'tag', name: 'kept', version: 1 }]);
    await first?.clear();
    while ((await keysIn(first)).length > 0);
    for (const tier of tiers.slice(1)) expect(await keysIn(tier)).toEqual(['c:owl', 'wren', '{marks}']);
    expect(await first?.invalidations()).toHaveLength(1);
  });

  it('fences loads when it is emptied', async () => {
    const tier = await open();
    const claim = await tier.claim('owl', { seen: '', leaseMs: 0 });
    await tier.put([row('owl', 2)]);
    await tier.clear();
    while ((await tier.get('owl')).row !== undefined);
    expect(await tier.fill(row('owl', 9), claim)).toBe('fenced');
  });

  it('tells the time of the server', async () => {
    const tier = await open();
    const [seconds] = await bare.time();
    const time = await tier.time();
    expect(time / 1000 - Number(seconds)).toBeGreaterThanOrEqual(0);
    expect(time / 1000 - Number(seconds)).toBeLessThan(20);
  });
});

async function keysIn(tier: SharedTier | undefined): Promise<string[]> {
  const keys: string[] = [];
  for await (const rows of tier?.scan() ?? []) keys.push(...rows.map(({ key }) => key));
  return keys.sort();
}
