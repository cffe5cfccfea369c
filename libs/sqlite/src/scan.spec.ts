import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import { sqlite } from './index.js';
import type { SqliteStore } from './store.js';

// What every store that can be gone through promises is tested in test/contracts/backing-store.contract.spec.ts.

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function open(rows: readonly Row[]) {
  const file = join(mkdtempSync(join(folder, 'test-')), 'cache.db');
  // The stores of `sqlite` are of this class, which has a scan.
  const store = sqlite({ file }).create({ namespace: 'birds', clock: new FakeClock() }) as SqliteStore;
  await store.open();
  await store.apply(rows.map((row) => ({ type: 'set', row })));
  return { file, store };
}

function rowsOf(count: number, value = 'x'): Row[] {
  return Array.from({ length: count }, (_, n) => ({
    key: `bird ${n}`,
    value,
    expiresAt: undefined,
    version: n,
    tags: [],
  }));
}

it('gives pages of at most 500 rows and about a megabyte', async () => {
  const light = await open(rowsOf(1200));
  const sizes: number[] = [];
  for await (const page of light.store.scan()) sizes.push(page.length);
  expect(sizes).toEqual([500, 500, 200]);
  await light.store.close();
  const heavy = await open(rowsOf(10, 'x'.repeat(400_000)));
  const heavySizes: number[] = [];
  for await (const page of heavy.store.scan()) heavySizes.push(page.length);
  expect(heavySizes).toEqual([3, 3, 3, 1]);
  await heavy.store.close();
});

it('gives its connection back, also where it is left in the middle or never begun', async () => {
  const { file, store } = await open(rowsOf(1200));
  store.scan();
  for await (const _ of store.scan()) break;
  await store.close();
  expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([false, false]);
});

it('ends when the store is closed, and does not keep it from closing', async () => {
  const { file, store } = await open(rowsOf(1200));
  const pages = store.scan();
  await pages.next();
  await store.close();
  expect(existsSync(`${file}-wal`)).toBe(false);
  await expect(pages.next()).rejects.toMatchObject({ code: 'closed' });
  await expect(store.scan().next()).rejects.toMatchObject({ code: 'closed' });
});

it('says what is damaged', async () => {
  const { file, store } = await open(rowsOf(10));
  const database = new Database(file);
  database.unsafeMode().pragma('writable_schema = ON');
  database.exec(`UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'entry'`);
  database.close();
  await expect(store.scan().next()).rejects.toMatchObject({ code: 'store_unusable' });
  await store.close();
});
