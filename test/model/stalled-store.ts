import { type CacheError, createCache } from 'nuthatch/engine';

/** Offers more than there is room for while the store stalls, and says how the heap has grown. Needs `--expose-gc`. */

const MOST_PENDING = 10_000;
const WRITERS = 100;
const VALUE = 'v'.repeat(200);

// The parent wrote them.
const overflow = process.argv[2] as 'block' | 'reject';
const OFFERED = Number(process.argv[3]);

let stored = 0;
let goOn: () => void = () => undefined;
const stall = new Promise<void>((resolve) => (goOn = resolve));
const cache = await createCache<string>({
  maxItems: 1000,
  store: {
    load: async () => undefined,
    write: async (writes) => {
      await stall;
      stored += writes.length;
    },
  },
  writePolicy: 'writeBack',
  writeBack: { overflow, maxPending: MOST_PENDING },
});

let offered = 0;
let acknowledged = 0;
let refused = 0;
const heapBefore = heap();
const writing = Promise.all(Array.from({ length: WRITERS }, write));
// Whoever is not refused waits for ever as long as the store does.
while (overflow === 'reject' ? offered < OFFERED : acknowledged < MOST_PENDING) await turn();
const whileStalled = { acknowledged, refused, heap: heap() - heapBefore, pending: pending() };
goOn();
let mostHeap = 0;
for (let asked = offered; asked < OFFERED; asked += OFFERED / 10) {
  while (offered < asked) await turn();
  mostHeap = Math.max(mostHeap, heap() - heapBefore);
}
await writing;
await cache.flush();
const { left } = await cache.close();
console.log(JSON.stringify({ whileStalled, mostHeap, offered, acknowledged, refused, stored, left }));

async function write(): Promise<void> {
  while (offered < OFFERED) {
    const key = `key ${offered++}`;
    try {
      await cache.set(key, `${VALUE}${key}`);
      acknowledged++;
    } catch (error) {
      if ((error as CacheError).code !== 'too_many_pending') throw error;
      refused++;
      if (refused % 1000 === 0) await turn();
    }
  }
}

function pending(): number {
  return cache.metrics().dirty_writes_pending;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error('node must run with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
