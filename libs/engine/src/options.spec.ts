import { type CacheError, type CacheOptions, createCache } from './index.js';

/** What is wrong with options that no type has checked. */
async function problemOf(options: Record<string, unknown>): Promise<CacheError> {
  const failure = await createCache(options as CacheOptions).then(
    (cache) => cache.close(),
    (error: CacheError) => error,
  );
  return failure as CacheError;
}

describe('wrong options', () => {
  it.each([
    [{ name: '' }, 'name must be a non-empty string, got ""'],
    [{ maxItems: 0 }, 'maxItems must be a positive whole number, got 0'],
    [{ maxItems: 1.5 }, 'maxItems must be a positive whole number, got 1.5'],
    [
      { maxBytes: '64 pb' },
      'maxBytes must be a positive number of bytes or a string such as \'64mb\', got "64 pb"',
    ],
    [{ maxItems: Infinity }, 'maxItems must be finite where maxBytes is not, got Infinity'],
    [{ ttl: '10' }, 'ttl must be a positive number of milliseconds or a string such as \'5m\', got "10"'],
    [{ ttl: -1 }, "ttl must be a positive number of milliseconds or a string such as '5m', got -1"],
    [{ isolate: 'deep' }, "isolate must be 'none', 'freeze' or 'clone', got \"deep\""],
    [{ historyLimit: 0 }, 'historyLimit must be a positive whole number, got 0'],
    [{ writePolicy: 'writeBack' }, 'store must be given where writePolicy is, got undefined'],
    [
      { store: 'map', writeBack: { flushCount: 0 } },
      'writeBack.flushCount must be a positive whole number, got 0',
    ],
    [
      { store: 'map', writeBack: { overflow: 'drop' } },
      'writeBack.overflow must be one of block, writeThrough, reject, got "drop"',
    ],
    [
      { store: 'map', writeBack: { durability: 'disk' } },
      'writeBack.durability must be one of memory, journal, fsync, got "disk"',
    ],
    [
      { store: 'map', writeBack: { durability: 'fsync' } },
      "writeBack.journal must be given where writeBack.durability is 'fsync', got undefined",
    ],
    [
      { store: 'map', writeBack: { journal: 'file' } },
      'writeBack.journal must be a journal factory, such as fileJournal({ directory }), got "file"',
    ],
    [
      { writeBack: { journal: { create: () => undefined } } },
      'store must be given where writeBack.journal is, got undefined',
    ],
    [
      { store: 'map', writeBack: { maxAttempts: 0, maxPendingBytes: -1 } },
      "- writeBack.maxAttempts must be a positive whole number, got 0\n- writeBack.maxPendingBytes must be a positive number of bytes or a string such as '64mb', got -1",
    ],
    [
      { store: 'map', writeBack: { flushCont: 3 } },
      'there is no option writeBack.flushCont; there are writeBack.flushInterval, writeBack.flushCount, writeBack.flushBytes, writeBack.maxPending, writeBack.maxPendingBytes, writeBack.overflow, writeBack.maxAttempts, writeBack.journal, writeBack.durability',
    ],
    [
      { sharedTier: 'redis' },
      'sharedTier must be a factory such as redis({ url }) of nuthatch/redis, got "redis"',
    ],
    [{ bus: true }, 'bus must be a factory such as broadcastBus(), or false, got true'],
    [
      { tier: { maxBlind: 0 } },
      "tier.maxBlind must be a positive number of milliseconds or a string such as '5m', got 0",
    ],
    [
      { sharedTier: { create: () => undefined, bus: 5 } },
      'sharedTier.bus must be a factory such as broadcastBus(), or left out, got 5',
    ],
    [{ tier: [] }, "tier must be an object such as { timeout: '250ms' }, got an array of 0"],
    [{ tier: 'fast' }, 'tier must be an object such as { timeout: \'250ms\' }, got "fast"'],
    [
      { tier: { timeOut: '1s' } },
      'there is no option tier.timeOut; there are tier.timeout, tier.openTimeout, tier.maxBlind, tier.settle, tier.whenDown',
    ],
    [{ lease: 0 }, "lease must be a positive number of milliseconds or a string such as '5m', got 0"],
  ])('are named, with what was found: %j', async (options, message) => {
    expect(await problemOf(options)).toMatchObject({ name: 'CacheError', code: 'bad_option', message });
  });

  it.each([
    ['eviction', 'clock', ['fifo', 'lfu', 'lru', 'ttl']],
    ['writePolicy', 'writeOften', ['writeAround', 'writeBack', 'writeThrough']],
    ['store', 'disk', ['map', "sqlite({ file: 'cache.db' }) of nuthatch/sqlite"]],
    ['codec', 'xml', ['json', 'rich']],
  ])('list the known names: %s', async (option, name, known) => {
    const { code, message } = await problemOf({ store: 'map', [option]: name });
    expect(code).toBe('unknown_name');
    expect(message).toContain(`${option} must be `);
    expect(message).toContain(`got "${name}"`);
    for (const each of known) expect(message).toContain(each);
  });

  it('that do not exist are named, with those that do', async () => {
    const { message } = await problemOf({ max: 100, evicton: 'lfu' });
    expect(message).toContain('there is no option max; there are name, maxItems, maxBytes');
    expect(message).toContain('there is no option evicton');
  });

  it('are all named in one message', async () => {
    const { code, message } = await problemOf({
      name: '',
      maxItems: 0,
      maxBytes: 'much',
      ttl: 'soon',
      eviction: 'clock',
      sweepIntervalMs: -1,
      ttlResolutionMs: -1,
      writePolicy: 'writeOften',
      writeBack: { flushInterval: 0, flushCount: 0, flushBytes: 0, maxPending: 0 },
      codec: 'xml',
      isolate: 'deep',
      metricsIntervalMs: 0,
      historyLimit: 0,
    });
    expect(code).toBe('bad_option');
    const named = Array.from(message.matchAll(/^- (\S+) must be/gm), ([, option]) => option);
    expect(named.toSorted()).toEqual([
      'codec',
      'eviction',
      'historyLimit',
      'isolate',
      'maxBytes',
      'maxItems',
      'metricsIntervalMs',
      'name',
      'sweepIntervalMs',
      'ttl',
      'ttlResolutionMs',
      'writeBack.flushBytes',
      'writeBack.flushCount',
      'writeBack.flushInterval',
      'writeBack.maxPending',
      'writePolicy',
    ]);
  });
});

describe('options left out', () => {
  it('make a cache of 1,000 entries and 64 MB without a store', async () => {
    const cache = await createCache();
    expect(cache.info()).toMatchObject({
      name: 'default',
      maxItems: 1000,
      maxBytes: 64 * 1024 ** 2,
      ttlMs: Infinity,
      eviction: { strategy: 'adaptive' },
      store: undefined,
      writePolicy: undefined,
    });
    await cache.close();
  });

  it('make a store be written through', async () => {
    const cache = await createCache({ store: 'map' });
    expect(cache.info()).toMatchObject({
      writePolicy: 'writeThrough',
      store: { name: 'map', role: 'cache' },
    });
    await cache.close();
  });
});
