import { type Cache, createCache } from 'nuthatch/engine';
import type { AirportCard } from '../airports/airport.js';
import { AirportsService } from '../airports/airports.service.js';
import { airportsByTraffic } from './airports-by-traffic.js';
import type { Scenario } from './scenario.js';
import { victimsOf } from './victims.js';

const SCANNED = 200;

interface Facts {
  readonly hubs: readonly string[];
  /** The order of victims right before and right after the swap. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The hubs that were still there after the scan: in a twin that stayed with LRU, and in the cache that was swapped. */
  readonly survivorsWithLru: readonly string[];
  readonly survivorsWithLfu: readonly string[];
}

export const strategySwap: Scenario<Facts> = {
  title: '3  LRU to LFU, while it runs',
  idea: 'Eight airports: the four busiest of 2008, each read five times, and four that were read once, later. Then somebody reads 200 others, once each. LRU forgets the hubs; LFU, put in charge at run time, does not.',

  async play({ database, say }) {
    const airports = new AirportsService(database);
    const ranked = airportsByTraffic(database);
    const hubs = ranked.slice(0, 4);
    const visit = async (cache: Cache<AirportCard>, codes: readonly string[]): Promise<void> => {
      for (const iata of codes) await cache.getOrLoad(iata, async () => airports.read(iata));
    };
    const open = async (name: string): Promise<Cache<AirportCard>> => {
      const cache = await createCache<AirportCard>({ name, maxItems: 8, eviction: 'lru' });
      for (let time = 0; time <= 5; time++) await visit(cache, hubs);
      for (let time = 0; time <= 1; time++) await visit(cache, ranked.slice(300, 304));
      return cache;
    };
    const [twin, cache] = [await open('twin'), await open('swapped')];

    const before = await victimsOf(cache);
    say.step('victims under LRU', before.join(' '));
    say.step('', 'the next one first: whoever was used longest ago');
    cache.swapEviction('lfu');
    const after = await victimsOf(cache);
    say.step("swapEviction('lfu')", after.join(' '));
    say.step('', `whoever was used least goes first; all ${cache.size} entries stayed, with their counts`);
    const scan = ranked.slice(1000, 1000 + SCANNED);
    await visit(twin, scan);
    await visit(cache, scan);
    const survivorsWithLru = hubs.filter((iata) => twin.peek(iata) !== undefined);
    const survivorsWithLfu = hubs.filter((iata) => cache.peek(iata) !== undefined);
    say.step(`a scan of ${SCANNED}, with LRU`, `hubs left: ${survivorsWithLru.join(' ') || 'none'}`);
    say.step(`the same scan, with LFU`, `hubs left: ${survivorsWithLfu.join(' ') || 'none'}`);
    await Promise.all([twin.close(), cache.close()]);
    return { hubs, before, after, survivorsWithLru, survivorsWithLfu };
  },
};
