import 'reflect-metadata';
import { DataSource, EntitySchema } from 'typeorm';
import { CacheTransaction } from 'nuthatch/engine';
import { openCache } from '../support/caches.js';

interface Airport {
  readonly iata: string;
  readonly gates: number;
}

const airports = new EntitySchema<Airport>({
  name: 'airport',
  columns: { iata: { type: 'varchar', primary: true }, gates: { type: 'int' } },
});

const sources: DataSource[] = [];

afterEach(async () => {
  for (const source of sources.splice(0)) await source.destroy();
});

async function open() {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: ':memory:',
    entities: [airports],
    synchronize: true,
  });
  sources.push(await source.initialize());
  await source.manager.save(airports, { iata: 'ZRH', gates: 1 });
  const { cache } = await openCache<Airport | null>();
  const find = (): Promise<Airport | null> =>
    cache.getOrLoad('ZRH', () => source.manager.findOneBy(airports, { iata: 'ZRH' }));
  await find();
  return { source, cache, find };
}

describe('CacheTransaction with TypeORM', () => {
  it('puts what was committed', async () => {
    const { source, cache, find } = await open();
    await CacheTransaction.run(() =>
      source.transaction(async (manager) => {
        const airport = await manager.save(airports, { iata: 'ZRH', gates: 2 });
        await cache.set('ZRH', airport);
        expect(await find()).toEqual({ iata: 'ZRH', gates: 2 });
        expect(cache.peek('ZRH')).toEqual({ iata: 'ZRH', gates: 1 });
      }),
    );
    expect(cache.peek('ZRH')).toEqual({ iata: 'ZRH', gates: 2 });
    expect(await source.manager.findOneBy(airports, { iata: 'ZRH' })).toEqual(cache.peek('ZRH'));
  });

  it('evicts after the commit, and loads what was committed', async () => {
    const { source, cache, find } = await open();
    await CacheTransaction.run(() =>
      source.transaction(async (manager) => {
        await manager.update(airports, { iata: 'ZRH' }, { gates: 2 });
        await cache.delete('ZRH');
        expect(cache.peek('ZRH')?.gates).toBe(1);
      }),
    );
    expect(cache.peek('ZRH')).toBeUndefined();
    expect((await find())?.gates).toBe(2);
  });

  it.each(['put', 'evicted', 'loaded'])('is as before after a rollback, where it had %s', async (did) => {
    const { source, cache, find } = await open();
    const failed = CacheTransaction.run(() =>
      source.transaction(async (manager) => {
        const airport = await manager.save(airports, { iata: 'ZRH', gates: 2 });
        if (did === 'put') await cache.set('ZRH', airport);
        else await cache.delete('ZRH');
        if (did === 'loaded')
          expect(await cache.getOrLoad('ZRH', () => manager.findOneBy(airports, { iata: 'ZRH' }))).toEqual(
            airport,
          );
        throw new Error('no gate is free');
      }),
    );
    await expect(failed).rejects.toThrow('no gate is free');
    expect(cache.peek('ZRH')).toEqual({ iata: 'ZRH', gates: 1 });
    await cache.delete('ZRH');
    expect(await find()).toEqual({ iata: 'ZRH', gates: 1 });
  });

  it('follows savepoints', async () => {
    const { source, cache, find } = await open();
    await CacheTransaction.run(() =>
      source.transaction(async (manager) => {
        await cache.set('ZRH', await manager.save(airports, { iata: 'ZRH', gates: 2 }));
        const inner = CacheTransaction.run(() =>
          manager.transaction(async (nested) => {
            await cache.set('ZRH', await nested.save(airports, { iata: 'ZRH', gates: 3 }));
            throw new Error('rolled back to the savepoint');
          }),
        );
        await expect(inner).rejects.toThrow('savepoint');
      }),
    );
    expect(await find()).toEqual({ iata: 'ZRH', gates: 2 });
    expect(await source.manager.findOneBy(airports, { iata: 'ZRH' })).toEqual({ iata: 'ZRH', gates: 2 });
  });
});
