import { randomBytes } from 'node:crypto';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { type Cache, type CacheEvent, type CacheOptions, createCache, MapStore, type Row } from '../index.js';

const warnings: string[] = [];
const opened: Cache<unknown>[] = [];

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
  jest.restoreAllMocks();
  warnings.length = 0;
});

/** Opens a cache one process after the other, as it were: with one clock, one file, and one store. */
async function processes(more: CacheOptions<unknown> = {}) {
  const clock = new FakeClock();
  const file = join(await temporaryFolder(), 'cache.warm');
  const start = async (options: CacheOptions<unknown> = {}): Promise<Cache<unknown>> => {
    const cache = await createCache<unknown>({
      clock,
      eviction: 'lru',
      warmStart: { file },
      ...more,
      ...options,
    });
    opened.push(cache);
    return cache;
  };
  return { clock, file, start };
}

const isThere = (file: string): Promise<boolean> => access(file).then(() => true, () => false); // prettier-ignore

describe('a warm start', () => {
  it('has in memory what was there when the cache was closed, in order and with what was left', async () => {
    const { clock, start } = await processes();
    const first = await start();
    await first.setMany(Object.entries({ owl: new Date(1), wren: 2, jay: 3 }));
    await first.set('short', 4, { ttl: '10m', tags: ['night'] });
    await first.get('owl');
    await first.close();
    clock.advance('4m');
    const second = await start({ maxItems: 4 });
    expect(await second.whenWarm()).toBe(4);
    expect(second.peek('owl')).toEqual(new Date(1));
    await second.set('new', 1);
    expect([...second.keys()].toSorted()).toEqual(['jay', 'new', 'owl', 'short']);
    clock.advance(6 * 60_000);
    expect(second.peek('short')).toBeUndefined();
  });

  it('does not hold up the opening, nor the first start', async () => {
    const { file, start } = await processes();
    const first = await start();
    expect([await first.whenWarm(), warnings]).toEqual([0, []]);
    await first.set('owl', 1);
    await first.close();
    expect(await isThere(file)).toBe(true);
    const second = await start();
    expect(second.size).toBe(0);
    await second.whenWarm();
    expect(second.size).toBe(1);
  });

  it('does not overwrite what was written or deleted meanwhile', async () => {
    const { start } = await processes();
    const first = await start();
    await first.setMany(Object.entries({ owl: 'old', wren: 'old', jay: 'old' }));
    await first.set('emu', 'old', { tags: ['large'] });
    await first.close();
    const second = await start();
    await second.set('owl', 'new');
    await second.delete('wren');
    await second.invalidateTags('large');
    expect(await second.whenWarm()).toBe(2);
    expect(Object.fromEntries(second.entries())).toEqual({ owl: 'new', jay: 'old' });
  });

  it('brings nothing more once the cache was cleared', async () => {
    const { start } = await processes();
    const first = await start();
    await first.set('owl', 1);
    await first.close();
    const second = await start();
    await second.clear();
    expect([await second.whenWarm(), second.size]).toEqual([0, 0]);
  });

  it('is used once: what a killed process had changed does not come back old', async () => {
    const { file, start } = await processes();
    const first = await start();
    await first.set('owl', 'old');
    await first.close();
    const killed = await start();
    await killed.whenWarm();
    expect(await isThere(file)).toBe(false);
    const third = await start();
    expect([await third.whenWarm(), third.size]).toEqual([0, 0]);
  });

  it('keeps the last to be evicted where not all of them fit', async () => {
    const { start } = await processes();
    const first = await start();
    await first.setMany(Object.entries({ owl: 1, wren: 2, jay: 3, emu: 4 }));
    await first.close();
    const second = await start({ maxItems: 2 });
    expect(await second.whenWarm()).toBe(2);
    expect([...second.keys()]).toEqual(['jay', 'emu']);
    expect(second.metrics().evictions).toBe(0);
  });

  it('leaves behind what no codec writes', async () => {
    const { start } = await processes();
    const first = await start();
    await first.setMany(Object.entries({ owl: () => 'hoot', wren: 2 }));
    await first.close();
    const second = await start();
    expect(await second.whenWarm()).toBe(1);
    expect([...second]).toEqual([['wren', 2]]);
    expect(warnings).toEqual([]);
  });

  it('is told in events', async () => {
    const { file, start } = await processes();
    const first = await start();
    await first.set('owl', 1);
    await first.close();
    const events: CacheEvent[] = [];
    const second = await start();
    second.events$.subscribe((event) => events.push(event));
    await second.whenWarm();
    expect(events).toEqual([{ type: 'warm_started', entries: 1, durationMs: 0, cache: 'default' }]);
    await second.close();
    await writeFile(file, 'damaged');
    const third = await start();
    third.events$.subscribe((event) => events.push(event));
    await third.whenWarm();
    expect(events.at(-1)).toMatchObject({ type: 'warm_start_failed', step: 'load', cache: 'default' });
  });

  it('may be encrypted', async () => {
    const { file, start } = await processes();
    const warmStart = { file, encryptionKey: randomBytes(32), gzip: true };
    const first = await start({ warmStart });
    await first.set('owl', 'secret');
    await first.close();
    expect((await readFile(file, 'latin1')).includes('secret')).toBe(false);
    const second = await start({ warmStart });
    expect(await second.whenWarm()).toBe(1);
  });
});

describe('a warm start with a store', () => {
  it('has the values from the store, so that nothing stale comes back', async () => {
    const rows = new Map<string, Row>();
    const { file, start } = await processes();
    const store = () => new MapStore({}, rows);
    const first = await start({ store: store() });
    await first.setMany(Object.entries({ owl: 'old', wren: 'old', jay: 'old secret' }));
    await first.get('jay');
    await first.close();
    expect((await readFile(file, 'latin1')).includes('secret')).toBe(false);
    // Somebody else, who shares the store.
    const other = await createCache<unknown>({ store: store() });
    await other.set('owl', 'new');
    await other.delete('wren');
    await other.close();
    const second = await start({ store: store() });
    expect(await second.whenWarm()).toBe(2);
    expect(Object.fromEntries(second.entries())).toEqual({ owl: 'new', jay: 'old secret' });
    const { entries } = await second.snapshot();
    expect(entries.find(({ key }) => key === 'jay')?.hits).toBe(1);
    expect(second.metrics()).toMatchObject({ hits: 0, misses: 0 });
  });

  it('keeps what is written while the store is read', async () => {
    const rows = new Map<string, Row>();
    const { start } = await processes();
    const first = await start({ store: new MapStore({}, rows) });
    await first.setMany(Object.entries({ owl: 'old', wren: 'old' }));
    await first.close();
    const [asked, answered] = [held<void>(), held<void>()];
    class Slow extends MapStore {
      override async getMany(keys: readonly string[]): Promise<readonly Row[]> {
        const found = await super.getMany(keys);
        asked.resolve();
        await answered.promise;
        return found;
      }
    }
    const second = await start({ store: new Slow({}, rows), maxItems: 2 });
    await asked.promise;
    // Written, and gone from memory again, so that only the fence knows.
    await second.set('owl', 'new');
    second.resize({ maxItems: 1 });
    await second.set('jay', 'new');
    second.resize({ maxItems: 9 });
    answered.resolve();
    await second.whenWarm();
    expect([await second.get('owl'), second.peek('wren')]).toEqual(['new', 'old']);
  });

  it('goes on without, where the store fails', async () => {
    const store = new FaultyStore(new MapStore());
    const { start } = await processes();
    const first = await start({ store });
    await first.set('owl', 1);
    await first.close();
    const again = new FaultyStore(new MapStore());
    again.failNext('getMany');
    const second = await start({ store: again });
    expect(await second.whenWarm()).toBe(0);
    expect(warnings).toEqual([expect.stringContaining('getMany was told to fail')]);
  });
});

describe('a warm start that cannot be had fails nothing', () => {
  const wrong: Record<string, [(file: string) => Promise<CacheOptions<unknown>>, RegExp]> = {
    'a damaged file': [async (file) => { await writeFile(file, 'owl'); return {}; }, /no snapshot/], // prettier-ignore
    'half a file': [async (file) => { await save(file); await writeFile(file, (await readFile(file)).subarray(0, -9)); return {}; }, /cut short/], // prettier-ignore
    'a file that is too old': [async (file) => { await save(file); return { clock: new FakeClock(Date.UTC(2026, 0, 2, 0, 0, 1)) }; }, /it is 86401 s old, maxAge is 86400 s/], // prettier-ignore
    'another codec': [async (file) => { await save(file); return { codec: 'json' }; }, /rich codec, this cache reads json/], // prettier-ignore
    'another schema': [async (file) => { await save(file); return { warmStart: { file, schema: 'v2' } }; }, /its schema is none, this cache reads "v2"/], // prettier-ignore
    'another cache’s file': [async (file) => { await save(file); return { name: 'birds' }; }, /it is of the cache "default", this is "birds"/], // prettier-ignore
    'values in a store that is no longer there': [async (file) => { await save(file, { store: 'map' }); return {}; }, /its values are in a store/], // prettier-ignore
    'a snapshot': [async (file) => { const cache = await createCache(); await cache.saveSnapshot(file); await cache.close(); return {}; }, /it is a snapshot/], // prettier-ignore
  };

  async function save(file: string, options: CacheOptions<unknown> = {}): Promise<void> {
    const cache = await createCache<unknown>({ clock: new FakeClock(), warmStart: { file }, ...options });
    await cache.set('owl', 1);
    await cache.close();
  }

  it.each(Object.keys(wrong))('%s', async (name) => {
    const [make, message] = wrong[name] ?? [];
    const { file, start } = await processes();
    const cache = await start(await make?.(file));
    expect([await cache.whenWarm(), cache.size]).toEqual([0, 0]);
    expect(warnings).toEqual([expect.stringMatching(message ?? /./)]);
    await cache.set('wren', 1);
    expect(cache.peek('wren')).toBe(1);
  });

  it('a place where it cannot be saved', async () => {
    const { file } = await processes();
    await writeFile(file, '');
    const cache = await createCache({ warmStart: { file: join(file, 'beneath a file') } });
    await cache.whenWarm();
    expect(await cache.close()).toEqual({ flushed: 0, left: 0 });
    expect(warnings).toEqual([
      expect.stringContaining('cannot be read'),
      expect.stringContaining('could not be written'),
    ]);
  });

  it('no time to save it in', async () => {
    const { clock, file, start } = await processes();
    const cache = await start();
    await cache.set('owl', 1);
    let isClosed = false;
    const closing = cache.close(1).then(() => (isClosed = true));
    while (!isClosed) await clock.advanceAsync(1);
    await closing;
    while (warnings.length === 0 && !(await isThere(file)))
      await new Promise((resolve) => setImmediate(resolve));
    expect((await readdir(join(file, '..'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('wrong options are told at once', async () => {
    await expect(createCache({ warmStart: { file: '', maxAge: 'soon' } })).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringMatching(/warmStart\.file must be.*warmStart\.maxAge/s),
    });
  });
});
