import { CacheError, type CacheMetrics, createCache, LATENCY_BOUNDS_MS, MemoryBudget } from 'nuthatch/engine';
import {
  collectCaches,
  type CollectOptions,
  type MeasuredCache,
  type MeasuredCaches,
} from 'nuthatch/prometheus';
import { FakeClock, settle } from 'nuthatch/testing';
import { AggregatorRegistry, Counter, type OpenMetricsContentType, Registry } from 'prom-client';
import { held, openCache, openStored } from '../support/caches.js';
import { parseExposition, type ScrapedFamily } from './exposition.js';

/** A registry that collects caches, and what a scrape of it shows. */
function collect(caches: MeasuredCaches, options: Partial<CollectOptions> = {}) {
  const registry = new Registry();
  const stop = collectCaches(caches, { registry, ...options });
  const scrape = async (): Promise<Map<string, ScrapedFamily>> => parseExposition(await registry.metrics());
  /** The value of the one line that has these labels, among others. */
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> =>
    valueIn(await scrape(), name, labels);
  return { registry, stop, scrape, value };
}

function valueIn(
  scraped: ReadonlyMap<string, ScrapedFamily>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const family = scraped.get(name) ?? scraped.get(name.replace(/_(bucket|sum|count)$/, ''));
  const fits = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  if (fits.length > 1) throw new Error(`${fits.length} lines of ${name} have these labels`);
  return fits[0]?.value;
}

/** The declarations of prom-client know no argument of the constructor, which its documentation tells of. */
const OpenMetricsRegistry = Registry as unknown as new (type: string) => Registry<OpenMetricsContentType>;

/** The error that is thrown, where one is. */
function refusal(collecting: () => unknown): Partial<CacheError> {
  try {
    collecting();
    return {};
  } catch (error) {
    if (error instanceof CacheError) return { code: error.code, message: error.message };
    throw error;
  }
}

describe('collected caches', () => {
  it('show what they have counted, with the name of the cache as the label', async () => {
    const { cache } = await openCache<number>({ name: 'birds', maxItems: 2 });
    const { value } = collect(cache);
    for (const key of ['owl', 'wren', 'jay']) await cache.set(key, 1);
    await cache.get('jay');
    await cache.get('emu');
    const cacheLabel = { cache: 'birds' };
    expect(await value('nuthatch_hits_total', cacheLabel)).toBe(1);
    expect(await value('nuthatch_misses_total', cacheLabel)).toBe(1);
    expect(await value('nuthatch_sets_total', cacheLabel)).toBe(3);
    expect(await value('nuthatch_evictions_total', cacheLabel)).toBe(1);
    expect(await value('nuthatch_items', cacheLabel)).toBe(2);
    expect(await value('nuthatch_max_items', cacheLabel)).toBe(2);
    expect(await value('nuthatch_max_memory_bytes', cacheLabel)).toBe(Infinity);
  });

  it('show the bound that caches share, where there is one', async () => {
    const budget = new MemoryBudget({ maxTotalBytes: 1000 });
    const [sharing, alone] = [await openCache({ name: 'birds', budget }), await openCache({ name: 'trees' })];
    const { value } = collect([sharing.cache, alone.cache]);
    expect(await value('nuthatch_budget_bytes', { cache: 'birds' })).toBe(1000);
    expect(await value('nuthatch_budget_bytes', { cache: 'trees' })).toBeUndefined();
    expect(sharing.cache.info().budget).toEqual({ maxBytes: 1000, limitBytes: 1000, bytes: 0 });
  });

  it('show everything that metrics() has, as it has it', async () => {
    const { cache, store, clock } = await openStored<number>({ writePolicy: 'writeBack' });
    store.failNext('apply');
    await cache.set('owl', 1);
    await cache.flush().catch(() => undefined);
    clock.advance(1500);
    const scraped = await collect(cache).scrape();
    const { latencies: _, custom: _custom, ...numbers }: CacheMetrics = cache.metrics();
    const gauges: Record<string, readonly [name: string, per: number]> = {
      current_items: ['items', 1],
      total_bytes: ['memory_bytes', 1],
      dirty_writes_pending: ['dirty_writes', 1],
      store_repairs_pending: ['store_repairs_pending', 1],
      oldest_pending_ms: ['oldest_pending_seconds', 1000],
      journal_depth: ['journal_entries', 1],
      journal_bytes: ['journal_bytes', 1],
    };
    const shown = Object.keys(numbers).map((name) => {
      const [called, per] = gauges[name] ?? [`${name}_total`, 1];
      return [name, (valueIn(scraped, `nuthatch_${called}`) ?? NaN) * per];
    });
    expect(Object.fromEntries(shown)).toEqual(numbers);
    expect(numbers).toMatchObject({ dirty_writes_pending: 1, flush_errors: 1, oldest_pending_ms: 1500 });
  });

  it('show durations in seconds, each count exact up to its bound', async () => {
    const { cache, clock } = await openCache<number>();
    const slow = (durationMs: number) => async () => {
      clock.advance(durationMs);
      return 1;
    };
    // Sums of powers of two, so that differences of times are exact.
    const durations = [0.125, 0.5, 1, 2.5, 2.75, 30, 250, 50_000, 70_000];
    for (const [index, durationMs] of durations.entries())
      await cache.getOrLoad(`bird ${index}`, slow(durationMs), { hardTimeout: '1h' });
    const found = (await collect(cache).scrape()).get('nuthatch_load_duration_seconds');
    const buckets = (found?.samples ?? []).filter(({ name }) => name.endsWith('_bucket'));
    const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Infinity : Number(labels.le)));
    const all = cache.latencyBuckets().load;
    expect(bounds).toEqual([
      ...LATENCY_BOUNDS_MS.filter((bound) => bound >= 0.1 && bound <= 50_000).map((bound) => bound / 1000),
      Infinity,
    ]);
    const measured = all.count === durations.length ? durations : [];
    const exact = bounds.map((bound) => measured.filter((durationMs) => durationMs / 1000 <= bound).length);
    expect(buckets.map((bucket) => bucket.value)).toEqual(exact);
    const rest = found?.samples.slice(buckets.length).map(({ name, value }) => [name, value]);
    expect(rest).toEqual([
      ['nuthatch_load_duration_seconds_sum', all.sumMs / 1000],
      ['nuthatch_load_duration_seconds_count', durations.length],
    ]);
  });

  it('show calls on the store and flushes, too', async () => {
    const { cache } = await openStored<number>({ writePolicy: 'writeBack' });
    await cache.set('owl', 1);
    await cache.flush();
    const { value } = collect(cache);
    expect(await value('nuthatch_flush_duration_seconds_count')).toBe(1);
    expect(await value('nuthatch_store_call_duration_seconds_count')).toBe(
      cache.metrics().latencies.store.count,
    );
    expect(await value('nuthatch_store_call_duration_seconds_count')).toBeGreaterThan(0);
  });

  it('show the counters of the application, whatever they are called', async () => {
    const { cache } = await openCache();
    cache.addCounter('bad "quotes"\nand \\lines').add(3);
    const { scrape } = collect(cache);
    const { labels, value } = (await scrape()).get('nuthatch_custom_total')?.samples[0] ?? {};
    expect([labels?.counter, value]).toEqual(['bad "quotes"\nand \\lines', 3]);
  });

  it('show a store that is left alone, and what the cache is made of', async () => {
    const { cache, store, clock } = await openStored({ eviction: 'lfu' });
    const { value, scrape } = collect(cache);
    expect([await value('nuthatch_tier_up', { tier: 'store' }), await value('nuthatch_degraded')]).toEqual([
      1, 0,
    ]);
    store.failAlways('get');
    for (let read = 0; read < 8; read++) await cache.get('owl');
    expect([await value('nuthatch_tier_up', { tier: 'store' }), await value('nuthatch_degraded')]).toEqual([
      0, 1,
    ]);
    expect((await scrape()).get('nuthatch_info')?.samples[0]?.labels).toMatchObject({
      eviction: 'lfu',
      write_policy: 'writeThrough',
    });
    store.heal();
    clock.advance('1m');
    await cache.get('owl');
    expect(await value('nuthatch_tier_up', { tier: 'store' })).toBe(1);
  });

  it('have no line for a tier where there is none', async () => {
    const { cache } = await openCache();
    expect(await collect(cache).value('nuthatch_tier_up')).toBeUndefined();
  });

  it('never show a key', async () => {
    const { cache, store } = await openStored<number>();
    store.failNext('get');
    await cache.get('secret').catch(() => undefined);
    await cache.set('secret', 1, { tags: ['secret'] });
    expect(await collect(cache).registry.metrics()).not.toContain('secret');
  });

  it('come and go with what is iterated over, and a closed one says so', async () => {
    const [first, second] = [await openCache(), await openCache()];
    const caches = new Map([['first', first.cache]]);
    const { value } = collect(caches);
    expect(await value('nuthatch_up', { cache: 'second' })).toBeUndefined();
    caches.set('second', second.cache);
    expect(await value('nuthatch_up', { cache: 'second' })).toBe(1);
    await second.cache.close();
    expect(await value('nuthatch_up', { cache: 'second' })).toBe(0);
    caches.delete('second');
    expect(await value('nuthatch_up', { cache: 'second' })).toBeUndefined();
    expect(await value('nuthatch_up', { cache: 'first' })).toBe(1);
  });

  it('of one name are told apart, so that no line is there twice', async () => {
    const caches = await Promise.all([1, 2, 3].map(async () => (await openCache()).cache));
    const families = await collect(caches).scrape();
    const names = families.get('nuthatch_up')?.samples.map(({ labels }) => labels.cache);
    expect(names).toEqual(['default', 'default (2)', 'default (3)']);
  });

  it('that are doubles of a test, and measure nothing, are passed over', async () => {
    const { cache } = await openCache();
    // What a test may put in the place of a cache.
    const double = { get: async () => 1 } as unknown as MeasuredCache;
    const { scrape } = collect(
      new Map([
        ['double', double],
        ['real', cache],
      ]),
    );
    const names = (await scrape()).get('nuthatch_up')?.samples.map(({ labels }) => labels.cache);
    expect(names).toEqual(['real']);
  });

  it('are read once per scrape, and not in between', async () => {
    const { cache } = await openCache();
    let reads = 0;
    const measured = {
      metrics: () => (reads++, cache.metrics()),
      latencyBuckets: () => cache.latencyBuckets(),
      info: () => cache.info(),
      health: () => cache.health(),
    };
    const { registry } = collect(new Map([['counted', measured]]));
    await settle();
    expect(reads).toBe(0);
    await registry.metrics();
    expect(reads).toBe(1);
    await registry.getMetricsAsJSON();
    expect(reads).toBe(2);
  });

  it('can be scraped while they work: one scrape shows one moment', async () => {
    const { cache } = await openCache<number>();
    const { scrape } = collect(cache);
    const load = held<number>();
    const loading = cache.getOrLoad('owl', () => load.promise);
    const reading = (async () => {
      for (let read = 0; read < 500; read++) await cache.get(`bird ${read % 7}`);
    })();
    const moments = await Promise.all(Array.from({ length: 20 }, scrape));
    load.resolve(1);
    await Promise.all([loading, reading]);
    const last = await scrape();
    for (const moment of [...moments, last]) {
      const count = valueIn(moment, 'nuthatch_load_duration_seconds_count');
      expect(count).toBe(valueIn(moment, 'nuthatch_load_duration_seconds_bucket', { le: '+Inf' }));
    }
    expect(valueIn(last, 'nuthatch_misses_total')).toBe(501);
  });

  it('take the labels and the prefix that they are given', async () => {
    const { cache } = await openCache();
    const { value, scrape } = collect(cache, { prefix: 'shop_', labels: { service: 'web' } });
    expect(await value('shop_up', { cache: 'default', service: 'web' })).toBe(1);
    expect([...(await scrape()).keys()].filter((name) => !name.startsWith('shop_'))).toEqual([]);
  });

  it('take the buckets that they are given', async () => {
    const { cache } = await openCache();
    const { scrape } = collect(cache, { buckets: [0.001, 0.025, 1] });
    const lines = (await scrape()).get('nuthatch_load_duration_seconds')?.samples;
    expect(lines?.flatMap(({ labels }) => labels.le ?? [])).toEqual(['0.001', '0.025', '1', '+Inf']);
  });

  it('go out of the registry when they are told to, and only they', async () => {
    const { cache } = await openCache();
    const { registry, stop } = collect(cache);
    const own = new Counter({ name: 'own_total', help: 'Not of a cache.', registers: [registry] });
    own.inc();
    stop();
    stop();
    expect([...parseExposition(await registry.metrics()).keys()]).toEqual(['own_total']);
    collectCaches(cache, { registry });
  });

  it('keep their counts when the registry is reset: they are those of the caches', async () => {
    const { cache } = await openCache();
    const { registry, value } = collect(cache);
    await cache.get('emu');
    registry.resetMetrics();
    expect(await value('nuthatch_misses_total')).toBe(1);
  });
});

describe('a registry', () => {
  it('that speaks OpenMetrics shows counters with one suffix, scrape after scrape', async () => {
    const { cache } = await openCache();
    const registry = new OpenMetricsRegistry(Registry.OPENMETRICS_CONTENT_TYPE);
    const stop = collectCaches(cache, { registry });
    await cache.get('emu');
    for (let scrape = 0; scrape < 2; scrape++) {
      const text = await registry.metrics();
      expect(text).toMatch(/^# TYPE nuthatch_misses counter\nnuthatch_misses_total\{cache="default"\} 1$/m);
      expect(text).toMatch(/# EOF\n$/);
      // Two families of one name would be refused: a counter has none of its suffix here.
      const families = Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name);
      expect(families.filter((name, index) => families.indexOf(name) !== index)).toEqual([]);
    }
    stop();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  it('puts its own labels on every line', async () => {
    const { cache } = await openCache();
    const { registry, value } = collect(cache);
    registry.setDefaultLabels({ host: 'one' });
    expect(await value('nuthatch_up', { host: 'one', cache: 'default' })).toBe(1);
  });

  it('of a cluster adds up counts, and takes the worst of states', async () => {
    const clock = new FakeClock();
    const workers = await Promise.all([1, 2].map(() => createCache({ clock })));
    const scrapes = await Promise.all(
      workers.map(async (cache) => {
        await cache.get('emu');
        return collect(cache).registry.getMetricsAsJSON();
      }),
    );
    await workers[1]?.close();
    const [second] = workers.slice(1);
    const closed = second && (await collect(second).registry.getMetricsAsJSON());
    const text = await AggregatorRegistry.aggregate([scrapes[0] ?? [], closed ?? []]).metrics();
    const scraped = parseExposition(text);
    expect([valueIn(scraped, 'nuthatch_misses_total'), valueIn(scraped, 'nuthatch_up')]).toEqual([2, 0]);
    await workers[0]?.close();
  });

  it('that collects caches already is refused, until it no longer does; under another prefix it is not', async () => {
    const { cache } = await openCache();
    const { registry, stop } = collect(cache);
    expect(refusal(() => collectCaches(cache, { registry }))).toMatchObject({
      code: 'bad_option',
      message: expect.stringMatching(/registry has a metric nuthatch_hits_total already.*prefix/),
    });
    collectCaches(cache, { registry, prefix: 'other_' });
    stop();
    collectCaches(cache, { registry });
  });

  it('that has a metric of such a name of its own is left as it was', async () => {
    const { cache } = await openCache();
    const registry = new Registry();
    const own = new Counter({ name: 'nuthatch_up', help: 'Whose is this?', registers: [registry] });
    own.inc();
    expect(refusal(() => collectCaches(cache, { registry })).message).toContain('nuthatch_up');
    expect([...parseExposition(await registry.metrics()).keys()]).toEqual(['nuthatch_up']);
  });
});

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['no registry', { registry: undefined }, 'npm i prom-client'],
    ['another registry', { registry: new Map() }, 'registry must be a registry of prom-client'],
    ['a prefix with a dash', { prefix: 'my-app_' }, 'prefix must be letters, digits, _ and :'],
    ['a label that lines have', { labels: { cache: 'x' } }, 'labels must be names other than cache'],
    ['a label with a dash', { labels: { 'my-label': 'x' } }, 'labels must be names of letters, digits and _'],
    ['a bucket between the bounds', { buckets: [0.003] }, 'buckets must be rising, and each of 0.000001, '],
    ['buckets that fall', { buckets: [1, 0.5] }, 'buckets must be rising'],
  ])('with %s are refused by name', async (_what, options, message) => {
    const { cache } = await openCache();
    // What a caller without a compiler may give.
    const given = { registry: new Registry(), ...(options as Partial<CollectOptions>) };
    expect(refusal(() => collectCaches(cache, given))).toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
  });

  it('that are left out are refused with what is missing', async () => {
    const { cache } = await openCache();
    const collectNothing = () => Reflect.apply(collectCaches, undefined, [cache]) as never;
    expect(refusal(collectNothing)).toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining('registry must be a registry of prom-client'),
    });
  });

  it.each([undefined, 7, {}])('with %p instead of caches are refused', (caches) => {
    const options = { registry: new Registry() };
    // What a caller without a compiler may give.
    expect(refusal(() => collectCaches(caches as unknown as MeasuredCaches, options))).toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining('such as CacheManager'),
    });
  });
});
