import { createCache, eventLog } from 'nuthatch/engine';

/** Writes an event log as fast as it can, for the tests that end it in the middle. */
const [, , mode = '', file = ''] = process.argv;
const cache = await createCache<number>();
const log = eventLog(cache, { to: file, events: ['entry_set'] });

if (mode === 'fill') {
  for (let key = 0; log.report.error === undefined; key++) {
    await cache.set(`key:${key}`, key);
    if (key % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await log.close();
} else {
  for (let key = 0; ; key++) {
    await cache.set(`key:${key}`, key);
    if (key % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
