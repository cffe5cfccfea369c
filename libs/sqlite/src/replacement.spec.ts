import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import { sqlite, type SqliteOptions } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-replacement-'));
afterAll(() => rmSync(folder, { recursive: true }));

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(folder, 'test-')), 'cache.db');
});

async function open(options: Partial<SqliteOptions> = {}, namespace = 'birds') {
  const store = sqlite({ file, ...options }).create({ namespace, clock: new FakeClock() });
  await store.open();
  const keys = async () => Array.from(await store.rows(), ({ key }) => key).sort();
  return { store, keys };
}

function rowsOf(prefix: string, count: number): Row[] {
  return Array.from({ length: count }, (_, n) => ({
    key: `${prefix} ${n}`,
    value: 'x'.repeat(50),
    expiresAt: undefined,
    version: n + 1,
    tags: n % 10 === 0 ? ['tenth'] : [],
  }));
}

/** The files as a process that is killed now would leave them. */
function copy(): string {
  const target = join(mkdtempSync(join(folder, 'copy-')), 'cache.db');
  for (const suffix of ['', '-wal']) execFileSync('cp', [`${file}${suffix}`, `${target}${suffix}`]);
  return target;
}

function ask(path: string, sql: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).pluck().all();
  } finally {
    database.close();
  }
}

/** Lets what goes on in the background come to its end. */
async function untilThereIsOne(path: string, sql: string): Promise<unknown[]> {
  let found = ask(path, sql);
  for (let round = 0; round < 2000 && found.length !== 1; round += 1) {
    await settle();
    found = ask(path, sql);
  }
  return found;
}

const NAMES = 'SELECT name FROM namespace';
const WRONG = `SELECT name FROM namespace n WHERE row_count <> (SELECT count(*) FROM entry WHERE namespace = n.id)`;

it('leaves all of the old rows or all of the new ones, whenever the process is killed', async () => {
  const { store, keys } = await open({ maxRows: 10_000 });
  await store.replaceAll(inPages(rowsOf('old', 700)));
  const images: string[] = [];
  async function* pages() {
    for (const page of [rowsOf('new', 600), rowsOf('newer', 600)]) {
      images.push(copy());
      yield page;
    }
    images.push(copy());
  }
  await store.replaceAll(pages());
  images.push(copy());
  expect(await keys()).toHaveLength(1200);
  await store.close();
  for (const [index, image] of images.entries()) {
    file = image;
    const next = await open();
    const found = await next.keys();
    expect(found).toHaveLength(index < 3 ? 700 : 1200);
    expect(new Set(found.map((key) => key.split(' ')[0]))).toEqual(
      new Set(index < 3 ? ['old'] : ['new', 'newer']),
    );
    expect(await untilThereIsOne(image, NAMES)).toEqual(['birds']);
    expect(ask(image, 'SELECT count(*) FROM entry')).toEqual([found.length]);
    expect(ask(image, WRONG)).toEqual([]);
    await next.store.close();
  }
});

it('leaves nothing behind, whether it ends or fails', async () => {
  const { store, keys } = await open();
  await store.replaceAll(inPages(rowsOf('old', 700)));
  async function* broken() {
    yield rowsOf('new', 700);
    throw new Error('the rows are away');
  }
  await expect(store.replaceAll(broken())).rejects.toThrow('the rows are away');
  expect(await keys()).toHaveLength(700);
  expect([ask(file, NAMES), ask(file, 'SELECT count(*) FROM entry')]).toEqual([['birds'], [700]]);
  expect(ask(file, 'SELECT count(*) FROM tagged')).toEqual([70]);
  await store.close();
});

it('does not take away what another store of this process gathers', async () => {
  const { store, keys } = await open();
  const other = await open({}, 'fish');
  async function* pages() {
    yield rowsOf('new', 600);
    await other.store.replaceAll(inPages(rowsOf('cod', 3)));
    await other.store.clear();
    yield rowsOf('newer', 600);
  }
  await store.replaceAll(pages());
  expect(await keys()).toHaveLength(1200);
  await Promise.all([store.close(), other.store.close()]);
});

it('does not take away what a process gathers that runs', async () => {
  const { store } = await open();
  await store.close();
  const database = new Database(file);
  const add = database.prepare('INSERT INTO namespace (name) VALUES (?)');
  add.run(`\0gathered by ${process.ppid} of another process`);
  add.run(`\0gathered by ${2 ** 30} of a process that ended`);
  add.run(`\0gathered by ${process.pid} of a process that had this number`);
  database.close();
  const next = await open();
  expect((await untilThereIsOne(file, `${NAMES} WHERE name <> 'birds'`)).join()).toMatch(
    `${process.ppid} of another`,
  );
  await next.store.close();
});

it('fails, and replaces nothing, where another process has taken away what was gathered', async () => {
  const { store, keys } = await open();
  await store.replaceAll(inPages(rowsOf('old', 2)));
  async function* pages() {
    yield rowsOf('new', 2);
    const database = new Database(file);
    database.exec(`DELETE FROM entry WHERE namespace = (SELECT max(id) FROM namespace)`);
    database.exec(`DELETE FROM namespace WHERE id = (SELECT max(id) FROM namespace)`);
    database.close();
    yield rowsOf('newer', 2);
  }
  await expect(store.replaceAll(pages())).rejects.toMatchObject({
    code: 'store_failed',
    message: expect.stringMatching('nothing was replaced, try again') as string,
  });
  expect(await keys()).toEqual(['old 0', 'old 1']);
  await store.close();
});

it('keeps within the limits while rows come', async () => {
  const { store, keys } = await open({ maxRows: 100 });
  await store.replaceAll(inPages(rowsOf('new', 1500)));
  const newest = rowsOf('new', 1500).slice(-100);
  expect(await keys()).toEqual(Array.from(newest, ({ key }) => key).sort());
  await store.close();
});

it('clears many rows at once, and writes that come after it stay', async () => {
  const { store, keys } = await open();
  await store.replaceAll(inPages(rowsOf('old', 1500)));
  const clearing = store.clear();
  const writing = store.apply([{ type: 'set', row: { ...rowsOf('new', 1)[0], key: 'owl' } as Row }]);
  await Promise.all([clearing, writing]);
  expect(await keys()).toEqual(['owl']);
  expect([ask(file, NAMES), ask(file, 'SELECT count(*) FROM entry')]).toEqual([['birds'], [1]]);
  await store.close();
});

it('refuses a namespace that looks like what is out of sight', async () => {
  await expect(open({}, '\0gathered by 1')).rejects.toMatchObject({ code: 'bad_option' });
});

async function* inPages(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += 400) yield rows.slice(from, from + 400);
}
