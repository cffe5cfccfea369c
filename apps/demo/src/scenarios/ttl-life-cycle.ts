import { type Cache, createCache } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import type { AirportCard } from '../airports/airport.js';
import { AirportsService } from '../airports/airports.service.js';
import type { Scenario } from './scenario.js';

interface Facts {
  /** What had expired, in order, with its age. */
  readonly expired: readonly string[];
  /** What was there one second before ORD's minute was over. */
  readonly aliveAt59s: readonly string[];
  readonly readAt61s: readonly string[];
  readonly left: readonly string[];
  readonly expirations: number;
  readonly loads: number;
}

export const ttlLifeCycle: Scenario<Facts> = {
  title: '2  TTL: the life of an entry',
  idea: 'Entries live five minutes unless told otherwise. The clock is a FakeClock, so that minutes pass at once; all else is real.',

  async play({ database, say }) {
    const airports = new AirportsService(database);
    const clock = new FakeClock();
    const cache = await createCache<AirportCard>({ name: 'ttl', ttl: '5m', clock });
    const expired: string[] = [];
    cache.addHook({ onExpire: (key, _airport, { ageMs }) => expired.push(`${key} (${ageMs / 1000} s old)`) });

    await cache.set('ATL', airports.read('ATL'));
    await cache.set('ORD', airports.read('ORD'), { ttl: '1m' });
    await cache.set('DEN', airports.read('DEN'), { ttl: Infinity });
    say.step('0:00  put ATL, ORD, DEN', 'ATL for the 5 minutes of the cache, ORD for 1, DEN for ever');
    clock.advance('59s');
    const aliveAt59s = await read(cache);
    say.step('0:59  get all three', `found ${aliveAt59s.join(' ')}`);
    clock.advance('2s');
    const readAt61s = await read(cache);
    say.step('1:01  get all three', `found ${readAt61s.join(' ')}; expired: ${expired.join(', ')}`);
    await cache.getOrLoad('ORD', async () => airports.read('ORD'));
    say.step('1:01  getOrLoad ORD', 'loaded again, for the 5 minutes of the cache');
    clock.advance('1m');
    await cache.set('ATL', airports.read('ATL'));
    say.step('2:01  put ATL', 'overwritten: its 5 minutes begin anew');
    clock.advance('5m');
    say.step('7:01  nobody has read', `the sweep has removed ${expired.slice(1).join(', ')}`);
    const left = [...cache.keys()];
    const { expirations, loads } = cache.metrics();
    say.step('what is left', `${left.join(' ')} (${expirations} expirations, ${cache.size} entry in memory)`);
    await cache.close();
    return { expired, aliveAt59s, readAt61s, left, expirations, loads };
  },
};

/** Reads all three, and answers those that were found. */
async function read(cache: Cache<AirportCard>): Promise<string[]> {
  return [...(await cache.getMany(['ATL', 'ORD', 'DEN'])).keys()];
}
