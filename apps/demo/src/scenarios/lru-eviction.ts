import { createCache, type EntryView } from 'nuthatch/engine';
import type { AirportCard } from '../airports/airport.js';
import { AirportsService } from '../airports/airports.service.js';
import { formatFactor, formatMs } from './format.js';
import { medianMs } from './measure.js';
import type { Scenario, Scene } from './scenario.js';
import { victimsOf } from './victims.js';

const OVERLOOK = { latitude: 37.8267, longitude: -122.423 };

interface Facts {
  readonly evicted: readonly string[];
  /** How often the evicted had been read. */
  readonly hitsOfEvicted: readonly number[];
  readonly kept: readonly string[];
  readonly hits: number;
  readonly misses: number;
  readonly withoutMs: number;
  readonly withMs: number;
}

export const lruEviction: Scenario<Facts> = {
  title: '1  LRU: put, get, evict',
  idea: 'A cache with room for three airports. When a fourth comes, the one leaves whose last use is longest ago.',

  async play(scene) {
    const { database, say } = scene;
    const airports = new AirportsService(database);
    const cache = await createCache<AirportCard>({ name: 'lru', maxItems: 3, eviction: 'lru' });
    const evicted: { readonly key: string; readonly entry: EntryView }[] = [];
    cache.addHook({ onEvict: (key, _airport, entry) => evicted.push({ key, entry }) });

    for (const iata of ['ATL', 'ORD', 'DFW']) await cache.set(iata, airports.read(iata));
    say.step('put ATL, ORD, DFW', `next victim first: ${(await victimsOf(cache)).join(' ')}`);
    const atlanta = await cache.get('ATL');
    say.step('get ATL', `hit: ${atlanta?.name}`);
    say.step('', `which goes to the end: ${(await victimsOf(cache)).join(' ')}`);
    await cache.get('LAX');
    say.step(
      'get LAX',
      `miss: nobody has put it in (${cache.metrics().hits} hit, ${cache.metrics().misses} miss so far)`,
    );
    await cache.set('LAX', airports.read('LAX'));
    for (const { key, entry } of evicted) {
      say.step('put LAX', `evicted ${key}: read ${entry.hits} times, and the longest unused of the four`);
    }
    const kept = [...cache.keys()];
    say.step('what is left', kept.join(' '));
    const { hits, misses } = cache.metrics();
    await cache.close();
    const keys = evicted.map(({ key }) => key);
    return {
      evicted: keys,
      hitsOfEvicted: evicted.map(({ entry }) => entry.hits),
      kept,
      hits,
      misses,
      ...(await compare(scene)),
    };
  },
};

/** What a hit saves where the answer is work: a look at every airport there is. */
async function compare({ database, say }: Scene): Promise<Pick<Facts, 'withMs' | 'withoutMs'>> {
  const airports = new AirportsService(database);
  const cache = await createCache<unknown>({ name: 'nearest' });
  const compute = async () => airports.nearest(OVERLOOK, 5);
  const withoutMs = await medianMs(compute, { samples: 31, calls: 1 });
  const withMs = await medianMs(() => cache.getOrLoad('alcatraz', compute), { samples: 31, calls: 1000 });
  await cache.close();
  say.gap();
  say.step('5 nearest, computed', `${formatMs(withoutMs)} (median of 31: the distance to every airport)`);
  say.step('5 nearest, from the cache', `${formatMs(withMs)}, ${formatFactor(withoutMs / withMs)} faster`);
  return { withMs, withoutMs };
}
