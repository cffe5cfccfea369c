import { writeSync } from 'node:fs';
import { createCache } from 'nuthatch/engine';
import { storeOf } from './cells.js';
import type { RestoreOrders } from './restore-orders.js';

// The parent wrote it.
const { store, place, files } = JSON.parse(process.argv[2] ?? '') as RestoreOrders;
const cache = await createCache({ name: 'crash', maxItems: 100, store: storeOf(store, place) });
writeSync(3, 'ready\n');
for (;;) {
  for (const file of files) {
    await cache.restoreSnapshot(file);
    writeSync(3, `${file}\n`);
  }
}
