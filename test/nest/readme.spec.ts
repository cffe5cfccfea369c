import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { Cacheable, CacheEvict, cacheKey, CacheModule, CachePut } from 'nuthatch';
import { sqlite } from 'nuthatch/sqlite';
import { closeApp, closeApps, openApp } from './open-app.js';

interface Airport {
  readonly iata: string;
  readonly name: string;
}

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nuthatch-'));
});

afterEach(async () => {
  await closeApps();
  await rm(folder, { recursive: true });
});

@Injectable()
class Airports {
  readonly asked: string[] = [];

  @Cacheable({
    key: (iata: string) => cacheKey('airport', iata),
    ttl: '1h',
    tags: (iata: string) => ['airports', `airport:${iata}`],
  })
  async find(iata: string): Promise<Airport> {
    this.asked.push(iata);
    return { iata, name: `Airport ${iata}` };
  }

  @CachePut({ key: (airport: Airport) => cacheKey('airport', airport.iata) })
  async save(airport: Airport): Promise<Airport> {
    return airport;
  }

  @CacheEvict({ key: (iata: string) => cacheKey('airport', iata) })
  async remove(_iata: string): Promise<void> {}
}

describe('the example of the README', () => {
  async function start() {
    @Module({
      imports: [
        CacheModule.forRoot({
          maxItems: 10_000,
          ttl: '5m',
          store: sqlite({ file: join(folder, 'cache.db') }),
          writePolicy: 'writeBack',
        }),
      ],
      providers: [Airports],
    })
    class AppModule {}
    const app = await openApp({ imports: [AppModule] });
    return { app, airports: app.get(Airports) };
  }

  it('answers from the cache, also after a restart', async () => {
    const first = await start();
    await first.airports.find('GVA');
    await first.airports.find('GVA');
    await first.airports.save({ iata: 'ZRH', name: 'Zurich' });
    await first.airports.find('LCY');
    await first.airports.remove('LCY');
    expect(first.airports.asked).toEqual(['GVA', 'LCY']);
    await closeApp(first.app);

    const { airports } = await start();
    expect(await airports.find('GVA')).toEqual({ iata: 'GVA', name: 'Airport GVA' });
    expect(await airports.find('ZRH')).toEqual({ iata: 'ZRH', name: 'Zurich' });
    expect(airports.asked).toEqual([]);
    await airports.find('LCY');
    expect(airports.asked).toEqual(['LCY']);
  });
});
