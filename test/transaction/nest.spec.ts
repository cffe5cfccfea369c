import { Injectable } from '@nestjs/common';
import { Cache, Cacheable, CacheEvict, CacheModule, CachePut, CacheTransaction } from 'nuthatch';
import { closeApps, openApp } from '../nest/open-app.js';

@Injectable()
class Gates {
  loads = 0;

  @Cacheable({ key: (iata: string) => iata })
  async find(iata: string): Promise<string> {
    return `${iata} loaded ${++this.loads}`;
  }

  @CachePut({ key: (iata: string) => iata })
  async save(iata: string, gate: string): Promise<string> {
    return `${iata} ${gate}`;
  }

  @CacheEvict({ key: (iata: string) => iata })
  async remove(_iata: string): Promise<void> {}
}

afterEach(closeApps);

async function open() {
  const app = await openApp({ imports: [CacheModule.forRoot({})], providers: [Gates] });
  return { gates: app.get(Gates), cache: app.get<Cache<string>>(Cache) };
}

describe('decorated methods in a transaction', () => {
  it('put and evict after its end, and see their own changes before', async () => {
    const { gates, cache } = await open();
    await gates.find('LHR');
    await CacheTransaction.run(async () => {
      await gates.save('ZRH', 'A12');
      await gates.remove('LHR');
      expect(await gates.find('ZRH')).toBe('ZRH A12');
      expect(await gates.find('LHR')).toBe('LHR loaded 2');
      expect([...cache.entries()]).toEqual([['LHR', 'LHR loaded 1']]);
    });
    expect([...cache.entries()]).toEqual([['ZRH', 'ZRH A12']]);
  });

  it('change nothing where it is rolled back', async () => {
    const { gates, cache } = await open();
    await gates.find('LHR');
    const failed = CacheTransaction.run(async () => {
      await gates.remove('LHR');
      await gates.save('ZRH', 'A12');
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect([...cache.entries()]).toEqual([['LHR', 'LHR loaded 1']]);
  });
});
