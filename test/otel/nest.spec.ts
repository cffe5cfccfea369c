import { Injectable } from '@nestjs/common';
import { Cacheable, CacheManager, CacheModule } from 'nuthatch';
import { closeApps, openApp } from '../nest/open-app.js';
import { openMeter } from './metering.js';
import { only, openTracing } from './telemetry.js';

@Injectable()
class Board {
  @Cacheable({ cache: 'airports' })
  async nameOf(iata: string): Promise<string> {
    return `the name of ${iata}`;
  }
}

afterEach(closeApps);

describe('a NestJS application', () => {
  it('has the loads of its decorated methods traced and all its caches measured', async () => {
    const { within, spans } = await openTracing();
    const app = await openApp({
      imports: [CacheModule.forRoot(), CacheModule.forFeature({ name: 'airports' })],
      providers: [Board],
    });
    const { values } = await openMeter(app.get(CacheManager));
    await within('request', () => app.get(Board).nameOf('BLQ'));
    expect(only(spans(), 'nuthatch.load')).toMatchObject({
      parent: only(spans(), 'request').id,
      attributes: { 'nuthatch.cache.name': 'airports' },
    });
    const loads = new Map(
      (await values('nuthatch.loads')).map(([attributes, value]) => [Object.values(attributes)[0], value]),
    );
    expect(loads).toEqual(new Map([['default', 0], ['airports', 1]])); // prettier-ignore
  });
});
