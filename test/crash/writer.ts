import { writeSync } from 'node:fs';
import { createCache } from 'nuthatch/engine';
import { type Orders, optionsOf } from './cells.js';
import { isDelete } from './ledger.js';

/** Where the parent listens. What is in the pipe when this process is killed still reaches it. */
const ACKNOWLEDGED = 3;

// The parent wrote it.
const { cell, place, first } = JSON.parse(process.argv[2] ?? '') as Orders;
const cache = await createCache<number>(optionsOf(cell, place));
writeSync(ACKNOWLEDGED, 'ready\n');
await Promise.all(Object.entries(first).map(([key, number]) => writeForEver(key, number)));

/** One write of a key after the other: the next begins when the last is acknowledged, and the parent has been told. */
async function writeForEver(key: string, from: number): Promise<never> {
  for (let number = from; ; number++) {
    await (isDelete(number) ? cache.delete(key) : cache.set(key, number));
    writeSync(ACKNOWLEDGED, `${key} ${number}\n`);
  }
}
