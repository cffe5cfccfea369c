import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { settle } from 'nuthatch/testing';
import { held, openCache as open, recordEvents } from '../../../../test/support/caches.js';
import { type Bird, MapRecords, WholeMapRecords } from '../../../../test/support/map-records.js';
import { VersionedNotes } from '../../../../test/support/versioned-notes.js';
import {
  type Cache,
  type Change,
  createCache,
  fileJournal,
  type Operation,
  type RecordStore,
  type RecordStoreFactory,
} from '../index.js';
import { jsonCodec } from './json-codec.js';
import { RecordStoreAdapter } from './record-store-adapter.js';

const owl: Bird = { name: 'owl', wings: 2 };
const wren: Bird = { name: 'wren', wings: 2, note: 'small' };

function setOf(key: string, value: Bird, version: number): Operation {
  return {
    type: 'set',
    row: { key, value: jsonCodec.encode(value), expiresAt: undefined, version, tags: [] },
  };
}

describe('reading through a record store', () => {
  it('loads what memory has not, and remembers it', async () => {
    const store = new MapRecords(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store });
    expect([await cache.get('owl'), await cache.get('owl'), await cache.get('emu')]).toEqual([
      owl,
      owl,
      undefined,
    ]);
    expect(store.calls).toEqual(['load owl', 'load emu']);
    expect(cache.info().store).toEqual({ name: 'MapRecords', role: 'record' });
  });

  it('loads again what has expired', async () => {
    const store = new MapRecords(new Map([['owl', owl]]));
    const { cache, clock } = await open<Bird>({ store, ttl: '1m' });
    await cache.get('owl');
    store.records.set('owl', wren);
    clock.advance('59s');
    expect(await cache.get('owl')).toEqual(owl);
    clock.advance('1s');
    expect(await cache.get('owl')).toEqual(wren);
  });

  it('hands out instances as they were loaded, of classes that no codec knows', async () => {
    class Entity {
      constructor(readonly name: string) {}
    }
    const entity = new Entity('owl');
    const store: RecordStore<Entity> = { load: async () => entity, write: async () => undefined };
    const { cache } = await open<Entity>({ store });
    expect(await cache.get('owl')).toBe(entity);
    expect((await cache.getMany(['wren'])).get('wren')).toBe(entity);
  });

  it('loads many in one call where the store can', async () => {
    const store = new WholeMapRecords(new Map(Object.entries({ owl, wren })));
    const { cache } = await open<Bird>({ store });
    const found = await cache.getMany(['owl', 'emu', 'wren', 'owl']);
    expect(found).toEqual(new Map(Object.entries({ owl, wren })));
    expect(store.calls).toEqual(['loadMany owl emu wren']);
  });

  it('loads eight at a time where it cannot', async () => {
    const { promise, resolve } = held<void>();
    const asked: string[] = [];
    const store: RecordStore<string> = {
      load: async (key) => {
        asked.push(key);
        await promise;
        return key === '3' ? undefined : `bird ${key}`;
      },
      write: async () => undefined,
    };
    const { cache } = await open<string>({ store });
    const keys = Array.from({ length: 20 }, (_, index) => String(index));
    const reading = cache.getMany(keys);
    await settle();
    expect(asked).toHaveLength(8);
    resolve();
    const found = await reading;
    expect([asked, found.size, found.get('19'), found.has('3')]).toEqual([keys, 19, 'bird 19', false]);
  });

  it('asks for no more where one cannot be loaded', async () => {
    const asked: string[] = [];
    const store: RecordStore<string> = {
      load: async (key) => {
        asked.push(key);
        throw new Error('down');
      },
      write: async () => undefined,
    };
    const { cache } = await open<string>({ store });
    const keys = Array.from({ length: 20 }, (_, index) => String(index));
    await expect(cache.getMany(keys)).rejects.toMatchObject({ code: 'store_failed' });
    expect(asked).toHaveLength(8);
  });

  it('ignores records that nobody asked for, and does not let them hide what is pending', async () => {
    class Generous extends MapRecords {
      async loadMany(): Promise<ReadonlyMap<string, Bird>> {
        return this.records;
      }
    }
    const store = new Generous(new Map(Object.entries({ owl, wren, emu: owl })));
    const { cache } = await open<Bird>({ store, writePolicy: 'writeBack', maxItems: 1 });
    await cache.set('owl', wren);
    await cache.set('jay', owl);
    expect(await cache.getMany(['owl', 'wren'])).toEqual(new Map(Object.entries({ owl: wren, wren })));
  });

  it('tells the caller that the store has failed, and why', async () => {
    const cause = new Error('connection refused');
    const store: RecordStore<Bird> = { load: () => Promise.reject(cause), write: async () => undefined };
    const { cache } = await open<Bird>({ store });
    await expect(cache.get('owl')).rejects.toMatchObject({
      code: 'store_failed',
      message: 'the backing store failed to read "owl": connection refused',
      cause,
    });
    expect(await cache.getOrLoad('owl', () => owl)).toEqual(owl);
  });

  it('forgets what is invalidated, and loads it again', async () => {
    const store = new MapRecords();
    const { cache } = await open<Bird>({ store });
    await cache.set('owl', owl, { tags: ['night'] });
    store.records.set('owl', wren);
    await cache.invalidateTags('night');
    expect(await cache.get('owl')).toEqual(wren);
  });
});

describe('writing to a record store', () => {
  it('writes the value of the moment of its acknowledgement', async () => {
    const store = new MapRecords();
    const { cache } = await open<{ name: string; wings: number }>({ store, writePolicy: 'writeBack' });
    const changing = { ...owl };
    await cache.set('owl', changing);
    changing.wings = 1;
    await cache.flush();
    expect(store.records.get('owl')).toEqual(owl);
  });

  it('gives the store a value that it may keep: the caller has another', async () => {
    const store = new MapRecords();
    const { cache } = await open<Bird>({ store });
    await cache.set('owl', owl);
    expect(store.records.get('owl')).toEqual(owl);
    expect(store.records.get('owl')).not.toBe(owl);
  });

  it('brings deletions, and the changes of a batch, in one call each', async () => {
    const store = new MapRecords(new Map(Object.entries({ owl, wren, jay: owl })));
    const { cache } = await open<Bird>({ store });
    await cache.setMany(Object.entries({ owl: wren, emu: owl }));
    await cache.deleteMany(['wren', 'jay']);
    expect(store.records).toEqual(new Map(Object.entries({ owl: wren, emu: owl })));
    expect(store.calls.filter((call) => call.startsWith('write'))).toEqual([
      'write set owl, set emu',
      'write delete wren, delete jay',
    ]);
  });

  it('brings the last change of each key, where that was made', async () => {
    const store = new MapRecords();
    const adapter = new RecordStoreAdapter(store, jsonCodec);
    await adapter.apply([
      setOf('owl', owl, 1),
      setOf('wren', wren, 2),
      { type: 'delete', key: 'owl', version: 3 },
      setOf('jay', owl, 4),
      setOf('owl', wren, 5),
      { type: 'delete', key: 'jay', version: 6 },
    ]);
    expect(store.calls).toEqual(['write set wren, set owl, delete jay']);
    expect(store.records).toEqual(new Map(Object.entries({ wren, owl: wren })));
  });

  it('writes nothing where there is nothing to write', async () => {
    const store = new MapRecords();
    await new RecordStoreAdapter(store, jsonCodec).apply([]);
    expect(store.calls).toEqual([]);
  });

  it('tells versions, and a replay from a write', async () => {
    const written: [changes: readonly Change<Bird>[], options: unknown][] = [];
    const store: RecordStore<Bird> = {
      load: async () => undefined,
      write: async (changes, options) => void written.push([changes, options]),
    };
    const adapter = new RecordStoreAdapter(store, jsonCodec);
    const deletion: Operation = { type: 'delete', key: 'wren', version: 8 };
    await adapter.apply([setOf('owl', owl, 7), deletion]);
    await adapter.apply([setOf('owl', owl, 7)], { onlyNewer: true });
    const change = { type: 'set', key: 'owl', value: owl, version: 7 };
    expect(written).toEqual([
      [[change, deletion], undefined],
      [[change], { replay: true }],
    ]);
  });

  it('drops from memory what the store refuses, and tells the caller', async () => {
    const store = new MapRecords(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store });
    await cache.get('owl');
    await expect(cache.set('owl', { name: 'owl', wings: -1 })).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('CHECK constraint failed'),
    });
    expect(await cache.get('owl')).toEqual(owl);
  });

  it('refuses before the store is asked what the codec cannot keep', async () => {
    class Entity {
      readonly wings = 2;
    }
    const store = new MapRecords();
    const { cache } = await open<unknown>({ store });
    await expect(cache.set('owl', new Entity())).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining('classes: [Entity]'),
    });
    expect(store.calls).toEqual([]);
  });

  it('says which key cannot be read where what was acknowledged cannot be decoded', async () => {
    const adapter = new RecordStoreAdapter(new MapRecords(), jsonCodec);
    const row = { key: 'owl', value: '{', expiresAt: undefined, version: 1, tags: [] };
    await expect(adapter.apply([{ type: 'set', row }])).rejects.toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining('"owl"'),
    });
  });

  it('undoes by writing the record that was there', async () => {
    const store = new MapRecords(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store });
    const { SetCommand } = await import('../index.js');
    await cache.run(new SetCommand('owl', wren));
    expect(store.records.get('owl')).toEqual(wren);
    await cache.undo();
    expect(store.records.get('owl')).toEqual(owl);
  });
});

describe('a whole cache over a record store', () => {
  it('leaves the records alone when it is cleared', async () => {
    const store = new WholeMapRecords(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store });
    await cache.get('owl');
    await cache.clear();
    expect([cache.size, store.records.size, store.calls.includes('clear')]).toEqual([0, 1, false]);
  });

  it('deletes the records where that is meant, and the store can', async () => {
    const store = new WholeMapRecords(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store });
    await cache.clear({ store: true });
    expect([store.records.size, await cache.get('owl')]).toEqual([0, undefined]);
  });

  it('refuses to delete them where the store cannot, and changes nothing', async () => {
    const store = new MapRecords(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store, writePolicy: 'writeBack' });
    await cache.set('wren', wren);
    await expect(cache.clear({ store: true })).rejects.toMatchObject({
      code: 'bad_option',
      message:
        'store.clear must be a method where clear({ store: true }) is to delete records, got undefined',
    });
    expect([store.records.size, await cache.get('wren'), cache.metrics().dirty_writes_pending]).toEqual([
      1,
      wren,
      1,
    ]);
  });

  it('has snapshots with the records as they stood, which are not restored', async () => {
    const store = new WholeMapRecords(new Map(Object.entries({ owl: { ...owl }, wren })));
    const { cache } = await open<Bird>({ store });
    const snapshot = await cache.snapshot();
    expect(snapshot.rows?.map(({ key }) => key)).toEqual(['owl', 'wren']);
    await expect(cache.restore(snapshot)).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining('cannot replace'),
    });
    expect(store.records.size).toBe(2);
  });

  it('refuses a snapshot where the store cannot list its records', async () => {
    const { cache } = await open<Bird>({ store: new MapRecords() });
    await expect(cache.snapshot()).rejects.toMatchObject({
      code: 'bad_option',
      message: 'store.scan must be a method where snapshots are taken, got undefined',
    });
  });

  it('flushes before it closes the store, once', async () => {
    const store = new WholeMapRecords();
    const { cache } = await open<Bird>({ store, writePolicy: 'writeBack' });
    await cache.set('owl', owl);
    expect(await cache.close()).toEqual({ flushed: 1, left: 0 });
    await cache.close();
    expect(store.calls).toEqual(['write set owl', 'close']);
  });

  it('tells of no failure of its store while all is well', async () => {
    const { cache } = await open<Bird>({ store: new MapRecords() });
    const events = recordEvents(cache);
    await cache.set('owl', owl);
    await cache.delete('owl');
    expect(events.map(({ type }) => type)).toEqual(['entry_set', 'entry_deleted']);
    expect(cache.health().status).toBe('up');
  });
});

describe('a journal before a record store', () => {
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nuthatch-'));
  });

  afterEach(() => rm(directory, { recursive: true }));

  /** Acknowledges what the store does not take, and goes. */
  async function leaveBehind<V>(key: string, value: V): Promise<void> {
    const down: RecordStore<V> = {
      load: async () => undefined,
      write: () => Promise.reject(new Error('down')),
    };
    const { cache } = await open<V>(journalled(down));
    await cache.set(key, value);
    expect((await cache.close()).left).toBe(1);
  }

  function journalled<V>(store: RecordStore<V>) {
    return { store, writePolicy: 'writeBack', writeBack: { journal: fileJournal({ directory }) } } as const;
  }

  it('replays what an earlier process has acknowledged, and says that it is a replay', async () => {
    await leaveBehind('owl', owl);
    const store = new MapRecords();
    const { cache } = await open<Bird>(journalled(store));
    expect(await cache.get('owl')).toEqual(owl);
    await cache.flush();
    expect(store.records.get('owl')).toEqual(owl);
    expect(store.calls).toEqual(['write set owl', 'which was a replay']);
    await cache.set('owl', wren);
    await cache.flush();
    expect(store.calls.slice(2)).toEqual(['write set owl']);
  });

  it('brings nothing old back where the table keeps versions', async () => {
    await leaveBehind('owl', 'old');
    const store = new VersionedNotes(new Sqlite(':memory:'));
    await store.write([
      { type: 'set', key: 'owl', value: 'newer, of another process', version: 2 ** 53 - 1 },
    ]);
    const { cache } = await open<string>(journalled(store));
    await cache.flush();
    expect(await store.load('owl')).toBe('newer, of another process');
  });
});

describe('choosing a record store', () => {
  it('takes a repository that has a method create', async () => {
    class Repository extends MapRecords {
      async create(): Promise<void> {
        throw new Error('this is no factory');
      }
    }
    const store = new Repository(new Map([['owl', owl]]));
    const { cache } = await open<Bird>({ store });
    expect(await cache.get('owl')).toEqual(owl);
  });

  it('takes a factory, which is told for which cache', async () => {
    const namespaces: string[] = [];
    const store: RecordStoreFactory<Bird> = {
      name: 'tables',
      create: ({ namespace }) => {
        namespaces.push(namespace);
        return new MapRecords(new Map([['owl', owl]]));
      },
    };
    const { cache } = await open<Bird>({ name: 'birds', store });
    expect([await cache.get('owl'), namespaces]).toEqual([owl, ['birds']]);
    expect(cache.info().store).toEqual({ name: 'tables', role: 'record' });
  });

  it('takes an object, and knows the values of the cache from it', async () => {
    const store: RecordStore<Bird> = { load: async () => owl, write: async () => undefined };
    const cache: Cache<Bird> = await createCache({ store });
    const wings: number | undefined = (await cache.get('owl'))?.wings;
    expect([wings, cache.info().store?.name]).toEqual([2, 'records']);
    await cache.close();
  });

  it('does not compile with a store of other values', async () => {
    // @ts-expect-error -- the cache holds texts, the store birds
    const cache = await createCache<string>({ store: new MapRecords() });
    await cache.close();
  });

  it.each(['load', 'write'])('refuses a store without %s', async (missing) => {
    const whole = { load: async () => owl, write: async () => undefined };
    const store = { ...whole, [missing]: undefined };
    await expect(createCache<Bird>({ store })).rejects.toMatchObject({
      code: 'bad_option',
      message: `store.${missing} must be a method, since your own database is read and written, got undefined`,
    });
  });
});
