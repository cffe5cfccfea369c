// A process of its own that writes the same keys as others do: see libs/postgres/src/concurrency.spec.ts.
import { type Operation, systemClock } from 'nuthatch/engine';
import { postgres } from 'nuthatch/postgres';
import { argv, stdout } from 'node:process';

const [connectionString = '', table = '', seed = '0', batches = '0', keys = '0'] = argv.slice(2);

/** A batch writes every key with its own number, and deletes those that have its remainder, in an order of its own. */
function batch(number: number): Operation[] {
  const operations = Array.from({ length: Number(keys) }, (_, n): Operation => {
    const key = `bird ${(n * 7 + number * 13) % Number(keys)}`;
    const isDeleted = Number(key.slice(5)) % 5 === number % 5;
    if (isDeleted) return { type: 'delete', key, version: number };
    return { type: 'set', row: { key, value: `${number}`, expiresAt: undefined, version: number, tags: [] } };
  });
  return number % 2 === 0 ? operations : operations.reverse();
}

const store = postgres({ connectionString, table }).create({ namespace: 'birds', clock: systemClock });
await store.open();
for (let n = 0; n < Number(batches); n += 1) await store.apply(batch(Number(seed) + 2 * n));
await store.close();
stdout.write('written\n');
