import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache, createShardedCache, type ShardedCacheOptions } from 'nuthatch/engine';
import { sqlite } from 'nuthatch/sqlite';

const KEYS = Array.from({ length: 200 }, (_, number) => `bird:${number}`);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nuthatch-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (shard: string): string => join(folder, `${shard}.db`);

function open(shards: ShardedCacheOptions['shards'] = 3, maxItems = 5) {
  return createShardedCache<number>({
    shards,
    optionsOf: (name, index) => ({
      maxItems,
      eviction: index === 0 ? 'lfu' : 'lru',
      store: sqlite({ file: fileOf(name) }),
      writePolicy: 'writeBack',
    }),
  });
}

describe('a sharded cache over SQLite files', () => {
  it('finds everything after a restart, each key in the file of its shard', async () => {
    const cache = await open();
    await cache.setMany(KEYS.map((key, number) => [key, number]));
    expect(await cache.close()).toMatchObject({ flushed: 200, left: 0 });
    expect(readdirSync(folder).filter((name) => name.endsWith('.db'))).toHaveLength(3);

    const again = await open();
    expect([...(await again.getMany(KEYS))]).toEqual(KEYS.map((key, number) => [key, number]));
    const mine = KEYS.filter((key) => again.shardNameOf(key) === 'shard-2');
    await again.close();

    const alone = await createCache({ name: 'shard-2', store: sqlite({ file: fileOf('shard-2') }) });
    expect([...(await alone.getMany(KEYS)).keys()]).toEqual(mine);
    await alone.close();
  });

  it('remembers what was deleted and invalidated in every file', async () => {
    const cache = await open();
    await cache.setMany(KEYS.map((key, number) => [key, number]), { tags: ['birds'] }); // prettier-ignore
    expect(await cache.deleteMany(KEYS.slice(0, 50))).toBe(50);
    await cache.close();
    const again = await open();
    expect((await again.getMany(KEYS)).size).toBe(150);
    await again.invalidateTags('birds');
    await again.close();
    const last = await open();
    expect((await last.getMany(KEYS)).size).toBe(0);
    await last.close();
  });

  it('loads with another shard only what has moved to it, and finds what has stayed', async () => {
    const cache = await open(3);
    await cache.setMany(KEYS.map((key, number) => [key, number]));
    await cache.close();
    const grown = await open(4);
    const loaded: string[] = [];
    const values = await grown.getManyOrLoad(KEYS, (keys) => {
      loaded.push(...keys);
      return keys.map((key) => KEYS.indexOf(key));
    });
    expect([...values]).toEqual(KEYS.map((key, number) => [key, number]));
    expect(loaded).toEqual(KEYS.filter((key) => grown.shardNameOf(key) === 'shard-4'));
    expect(loaded.length).toBeLessThan(100);
    await grown.close();
  });

  it('makes a batch in one shard, as a whole', async () => {
    const cache = await open();
    const [key = ''] = KEYS;
    const near = KEYS.filter((each) => cache.shardNameOf(each) === cache.shardNameOf(key));
    const failing = cache.shardOf(key).batch(async (batch) => {
      await batch.setMany(near.map((each) => [each, 1]));
      throw new Error('called off');
    });
    await expect(failing).rejects.toThrow('called off');
    expect((await cache.getMany(KEYS)).size).toBe(0);
    await cache.close();
  });

  it('names the shard whose file cannot be opened', async () => {
    writeFileSync(join(folder, 'taken'), 'a file, and no folder');
    const opening = createShardedCache({
      shards: ['a', 'b'],
      optionsOf: (name) => ({
        store: sqlite({ file: join(folder, name === 'b' ? 'taken/b.db' : 'a.db') }),
      }),
    });
    await expect(opening).rejects.toThrow('the shard "b": ');
  });
});
