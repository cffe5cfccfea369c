import type { Cache, CacheManagerOptions } from 'nuthatch/compat';
import { CACHE_MANAGER, CacheModule } from 'nuthatch/compat';
import { openApp } from '../nest/open-app.js';

/** Opens an application with one cache, and answers the cache. It is closed by `closeApps`. */
export async function openCache(options: CacheManagerOptions = {}): Promise<Cache> {
  const app = await openApp({ imports: [CacheModule.register(options)] });
  return app.get<Cache>(CACHE_MANAGER);
}
