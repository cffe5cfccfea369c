import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Cache, createCache, seededRandom } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';

const SEED = 20_261_121;
const KEYS = 500;
const CHANGES = 20_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nuthatch-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(): Promise<Cache<unknown>> {
  return createCache<unknown>({
    maxItems: 50,
    store: sqlite({ file: join(folder, 'cache.db') }),
    writePolicy: 'writeBack',
    writeBack: { flushCount: 100, flushInterval: '10ms' },
  });
}

/** Sets and deletes keys at random; answers what every key was last set to. */
async function change(cache: Cache<unknown>): Promise<Map<string, unknown>> {
  const random = seededRandom(SEED);
  const expected = new Map<string, unknown>();
  for (let turn = 0; turn < CHANGES; turn++) {
    const key = `key:${Math.floor(random.next() * KEYS)}`;
    if (random.next() < 0.2) {
      expected.delete(key);
      await cache.delete(key);
    } else {
      const value = { turn, at: new Date(turn) };
      expected.set(key, value);
      await cache.set(key, value);
    }
  }
  return expected;
}

describe(`20,000 changes through write-back, seed ${SEED}`, () => {
  it('are all in the SQLite file after closing, each key in its last state', async () => {
    const cache = await open();
    const expected = await change(cache);
    expect(await cache.close()).toMatchObject({ left: 0 });

    const reopened = await open();
    const keys = Array.from({ length: KEYS }, (_, index) => `key:${index}`);
    expect(await reopened.getMany(keys)).toEqual(expected);
    await reopened.close();

    const database = new Database(join(folder, 'cache.db'), { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.prepare('SELECT count(*) FROM entry').pluck().get()).toBe(expected.size);
    database.close();
  });

  it('are readable at every moment in between, though memory holds a tenth of them', async () => {
    const cache = await open();
    const expected = await change(cache);
    for (const [key, value] of expected) expect(await cache.get(key)).toEqual(value);
    await cache.close();
  });
});
