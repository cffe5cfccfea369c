import Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { CacheTransaction } from 'nuthatch/engine';
import { openCache } from '../support/caches.js';

const airports = sqliteTable('airports', {
  iata: text('iata').primaryKey(),
  gates: integer('gates').notNull(),
});

const files: Database.Database[] = [];

afterEach(() => {
  for (const file of files.splice(0)) file.close();
});

async function open() {
  const file = new Database(':memory:');
  files.push(file);
  file.exec(
    "CREATE TABLE airports (iata TEXT PRIMARY KEY, gates INTEGER NOT NULL); INSERT INTO airports VALUES ('ZRH', 1)",
  );
  const db = drizzle(file);
  const { cache } = await openCache<number | undefined>();
  const stored = (): number | undefined =>
    db.select().from(airports).where(eq(airports.iata, 'ZRH')).get()?.gates;
  await cache.getOrLoad('ZRH', stored);
  return { db, cache, stored };
}

/** The driver is synchronous: the transaction of Drizzle is over when its call returns, and what the cache is told waits for the run. */
describe('CacheTransaction with Drizzle', () => {
  it('puts what was committed, and not before', async () => {
    const { db, cache, stored } = await open();
    await CacheTransaction.run(async () => {
      db.transaction((tx) => {
        tx.update(airports).set({ gates: 2 }).where(eq(airports.iata, 'ZRH')).run();
        void cache.set('ZRH', 2);
        expect(cache.peek('ZRH')).toBe(1);
      });
      expect(cache.peek('ZRH')).toBe(1);
    });
    expect([cache.peek('ZRH'), stored()]).toEqual([2, 2]);
  });

  it('changes nothing where the transaction was rolled back', async () => {
    const { db, cache, stored } = await open();
    const failed = CacheTransaction.run(async () =>
      db.transaction((tx) => {
        tx.update(airports).set({ gates: 2 }).where(eq(airports.iata, 'ZRH')).run();
        void cache.set('ZRH', 2);
        void cache.invalidateMatching('*');
        tx.rollback();
      }),
    );
    await expect(failed).rejects.toThrow('Rollback');
    expect([cache.peek('ZRH'), stored()]).toEqual([1, 1]);
  });

  it('shows uncommitted rows to nobody else', async () => {
    const { db, cache, stored } = await open();
    const failed = CacheTransaction.run(async () => {
      db.run('BEGIN');
      try {
        db.update(airports).set({ gates: 2 }).where(eq(airports.iata, 'ZRH')).run();
        await cache.delete('ZRH');
        expect(await cache.getOrLoad('ZRH', stored)).toBe(2);
        throw new Error('no gate is free');
      } finally {
        db.run('ROLLBACK');
      }
    });
    await expect(failed).rejects.toThrow('no gate is free');
    expect([cache.peek('ZRH'), stored()]).toEqual([1, 1]);
  });

  it('follows savepoints', async () => {
    const { db, cache, stored } = await open();
    await CacheTransaction.run(async () => {
      db.run('BEGIN');
      db.update(airports).set({ gates: 2 }).where(eq(airports.iata, 'ZRH')).run();
      await cache.set('ZRH', 2);
      const inner = CacheTransaction.run(async () => {
        await cache.set('ZRH', 3);
        db.transaction((tx) => {
          tx.update(airports).set({ gates: 3 }).where(eq(airports.iata, 'ZRH')).run();
          tx.rollback();
        });
      });
      await expect(inner).rejects.toThrow('Rollback');
      db.run('COMMIT');
    });
    expect([cache.peek('ZRH'), stored()]).toEqual([2, 2]);
  });
});
