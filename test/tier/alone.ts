import { createCache } from 'nuthatch/engine';
import { redis } from 'nuthatch/redis';

// A process that has nothing else to do, and a Redis that is not there: nobody listens on port 1.
const cache = await createCache<string>({ sharedTier: redis({ url: 'redis://127.0.0.1:1' }) });
const answer = await cache.getOrLoad('bird', async () => 'owl');
await cache.close();
process.stdout.write(`${answer}, and closed\n`);
