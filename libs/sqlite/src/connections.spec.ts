import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import Database from 'better-sqlite3';
import { acquire, release, usersOf } from './connections.js';
import { sqlite, type SqliteClient } from './index.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nuthatch-connections-')));
const file = join(folder, 'cache.db');
const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] };

afterEach(() => {
  expect(usersOf(file)).toBe(0);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

function store(
  options: {
    readonly file?: string;
    readonly client?: () => Promise<SqliteClient>;
    readonly synchronous?: 'full';
  } = {},
  namespace = 'birds',
) {
  return sqlite({ file, ...options }).create({ namespace, clock: new FakeClock() });
}

/** A driver that counts the connections which it makes for writing. */
function countingClient() {
  const opened: Database.Database[] = [];
  class Counting extends Database {
    constructor(name: string, options: Database.Options) {
      super(name, options);
      if (name !== ':memory:' && options.readonly !== true) opened.push(this);
    }
  }
  return { opened, client: async (): Promise<SqliteClient> => Counting };
}

it('gives the stores of a file one connection, however the file is called', async () => {
  const link = join(folder, 'link');
  symlinkSync(folder, link);
  const { opened, client } = countingClient();
  const stores = [
    store({ client }),
    store({ client }, 'fish'),
    store({ client, file: relative(process.cwd(), file) }),
    store({ client, file: join(link, 'cache.db') }),
  ];
  await Promise.all(stores.map((each) => each.open()));
  expect([usersOf(file), opened.length]).toEqual([4, 1]);
  await Promise.all(stores.map((each) => each.close()));
  rmSync(link);
});

it('keeps a connection until its last user leaves, then leaves one file', async () => {
  const [one, other] = [store(), store({}, 'fish')];
  await one.open();
  await other.open();
  await one.close();
  await one.close();
  await other.apply([{ type: 'set', row: owl }]);
  expect(await other.get('owl')).toEqual(owl);
  expect(existsSync(`${file}-wal`)).toBe(true);
  await other.close();
  expect([file, `${file}-wal`, `${file}-shm`].map((each) => existsSync(each))).toEqual([true, false, false]);
});

it('opens again after it has been closed', async () => {
  const one = store();
  for (let round = 0; round < 3; round += 1) {
    await one.open();
    await one.open();
    await one.close();
  }
});

it('keeps no connection that could not be opened', async () => {
  mkdirSync(file);
  const outcomes = await Promise.allSettled([store().open(), store().open(), store({}, 'fish').open()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  rmdirSync(file);
  const next = store();
  await next.open();
  await next.close();
});

it('is as durable as the strictest store of a file asks', async () => {
  const { opened, client } = countingClient();
  const [normal, full] = [store({ client }), store({ client, synchronous: 'full' }, 'fish')];
  await normal.open();
  expect(opened[0]?.pragma('synchronous', { simple: true })).toBe(1);
  await full.open();
  expect(opened[0]?.pragma('synchronous', { simple: true })).toBe(2);
  expect(opened[0]?.pragma('trusted_schema', { simple: true })).toBe(0);
  expect(opened[0]?.pragma('busy_timeout', { simple: true })).toBe(0);
  await Promise.all([normal.close(), full.close()]);
});

it('shares a database in memory within one factory, and not beyond it', async () => {
  const clock = new FakeClock();
  const factory = sqlite({ file: ':memory:' });
  const [one, same, alien] = [
    factory.create({ namespace: 'birds', clock }),
    factory.create({ namespace: 'birds', clock }),
    sqlite({ file: ':memory:' }).create({ namespace: 'birds', clock }),
  ];
  await Promise.all([one, same, alien].map((each) => each.open()));
  await one.apply([{ type: 'set', row: owl }]);
  expect([await same.get('owl'), await alien.get('owl')]).toEqual([owl, undefined]);
  await Promise.all([one, same, alien].map((each) => each.close()));
});

it('has nothing against releasing what nobody has', async () => {
  await release(file);
  await expect(acquire(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
