import { setImmediate as turn } from 'node:timers/promises';
import { createCache, MemoryBudget } from 'nuthatch/engine';

const ENTRIES = 40_000;

/** Writes more than the heap can hold, a turn of the event loop after every hundred, and prints how many entries that were. */
async function main(mode: string | undefined): Promise<void> {
  const budget = new MemoryBudget({
    maxTotalBytes: '1gb',
    ...(mode === 'unguarded' && { heapPressure: false }),
  });
  const cache = await createCache<number[]>({ budget, maxBytes: '1gb' });
  for (let index = 0; index < ENTRIES; index++) {
    await cache.set(
      `key ${index}`,
      Array.from({ length: 800 }, () => index + 0.5),
    );
    if (index % 100 === 0) await turn();
  }
  await cache.close();
  process.stdout.write(String(ENTRIES));
}

await main(process.argv[2]);
