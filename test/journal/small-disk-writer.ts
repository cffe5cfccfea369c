import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheError, createCache, fileJournal } from 'nuthatch/engine';
import { sqlite, sqliteJournal } from 'nuthatch/sqlite';

/** Writes to a disk of a megabyte until it is full, and on; makes room; and says what became of the writes. */

const OFFERED = 400;
const VALUE = 'v'.repeat(4000);
const BALLAST_BYTES = 500_000;
const journals = { file: fileJournal, sqlite: sqliteJournal };

// The parent wrote them.
const folder = process.argv[2] as string;
const journal = process.argv[3] as 'file' | 'sqlite' | 'none';

const ballast = join(folder, 'ballast');
await writeFile(ballast, Buffer.alloc(BALLAST_BYTES, 1));
const cache = await open();
const acknowledged: string[] = [];
/** How often, by what the writer is told. */
const refused: Record<string, number> = {};
for (let at = 0; at < OFFERED; at++) await offer(`key ${at}`);
const unread = await missing();
await rm(ballast);
const whenFull = {
  acknowledged: acknowledged.length,
  pending: cache.metrics().dirty_writes_pending,
  refused: { ...refused },
  unread,
};
// What was full is tried again without being opened anew.
const isRefused = [await offer('when there is room again')];
await cache.flush();
isRefused.push(await offer('when all is flushed'));
const { left } = await cache.close();
const next = await open();
const lost = acknowledged.length - (await next.getMany(acknowledged)).size;
await next.close();
console.log(JSON.stringify({ whenFull, isRefused, left, lost }));

function open() {
  const directory = join(folder, 'journal');
  return createCache<string>({
    store: sqlite({ file: join(folder, 'store.db') }),
    maxItems: 10,
    writePolicy: 'writeBack',
    writeBack: {
      flushInterval: 10,
      flushCount: 20,
      // Without a journal as many are acknowledged as may be pending, and have to fit when there is room.
      maxPending: journal === 'none' ? 20 : 200,
      overflow: 'reject',
      ...(journal !== 'none' && { journal: journals[journal]({ directory }) }),
    },
  });
}

/** Answers whether the write was refused. */
async function offer(key: string): Promise<boolean> {
  try {
    await cache.set(key, VALUE);
    acknowledged.push(key);
    return false;
  } catch (error) {
    const { code } = error as CacheError;
    refused[code] = (refused[code] ?? 0) + 1;
    return true;
  } finally {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How many acknowledged writes a reader does not find. */
async function missing(): Promise<number> {
  const found = await cache.getMany(acknowledged);
  return acknowledged.length - found.size;
}
