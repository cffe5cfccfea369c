import { CacheProcess } from './cache-process.js';
import type { Orders, Told } from './protocol.js';

// What the parent has written.
const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const cache = await CacheProcess.open(orders);
process.on('message', (told) => void cache.told(told as Told));
// Without the parent there is nothing to do.
process.on('disconnect', () => process.exit(0));
cache.say({ kind: 'ready' });
