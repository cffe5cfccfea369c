import { Cache, CacheManager, CacheModule, MemoryBudget } from 'nuthatch';
import { closeApps, openApp } from './open-app.js';

afterEach(closeApps);

const NAMES = ['default', 'owls', 'jays'];
const weigh = (value: number): number => value;

async function open(root: Parameters<typeof CacheModule.forRoot>[0]) {
  const app = await openApp({
    imports: [
      CacheModule.forRoot({ eviction: 'fifo', maxItems: 1000, weigh, ...root }),
      CacheModule.forFeature(
        { name: 'owls', weigh, maxItems: 1000 },
        { name: 'jays', weigh, maxItems: 1000, budget: new MemoryBudget({ maxTotalBytes: 20 }) },
      ),
    ],
  });
  const caches = NAMES.map((name) => app.get(CacheManager).get<number>(name));
  return caches;
}

async function bytesOf(caches: readonly Cache<number>[]): Promise<number[]> {
  for (const cache of caches) for (const key of 'abcdefghijklmno') await cache.set(key, 10);
  return caches.map((cache) => cache.metrics().total_bytes);
}

describe('maxTotalBytes of forRoot', () => {
  it('bounds all caches together, but for those that have a budget of their own', async () => {
    const bytes = await bytesOf(await open({ maxTotalBytes: 100 }));
    expect(bytes).toEqual([50, 50, 20]);
  });

  it('is no bound where it is left out', async () => {
    expect(await bytesOf(await open({}))).toEqual([150, 150, 20]);
  });

  it('fails the start, by its name, where it is no size', async () => {
    await expect(open({ maxTotalBytes: 'lots' })).rejects.toThrow(/maxTotalBytes must be/);
  });
});
