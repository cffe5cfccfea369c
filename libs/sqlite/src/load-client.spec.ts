import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from 'nuthatch/testing';
import { sqlite, type SqliteClient } from './index.js';
import { type ClientSource, loadClient } from './load-client.js';

const folder = mkdtempSync(join(tmpdir(), 'nuthatch-client-'));
const file = join(folder, 'cache.db');

afterEach(() => expect(existsSync(file)).toBe(false));
afterAll(() => rmSync(folder, { recursive: true }));

function source(rest: Partial<ClientSource>): ClientSource {
  return {
    import: async () => ({ default: Database }),
    versionOf: () => '12.11.1',
    nodeVersion: '20.20.2',
    ...rest,
  };
}

function failing(code: string | undefined, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

async function openWith(client: () => Promise<SqliteClient>): Promise<void> {
  await sqlite({ file, client }).create({ namespace: 'birds', clock: new FakeClock() }).open();
}

/** better-sqlite3 as it would be with another SQLite inside. */
function withSqlite(version: string): SqliteClient {
  const database = { prepare: () => ({ get: () => ({ version }) }), close: () => undefined };
  return function Fake() {
    return database;
  } as unknown as SqliteClient;
}

it('loads the package that is installed', async () => {
  expect(await loadClient()).toBe(Database);
});

it('takes the package from a module of either kind', async () => {
  expect(await loadClient(source({}))).toBe(Database);
  expect(await loadClient(source({ import: async () => Database }))).toBe(Database);
});

it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
  'says what to install where there is none (%s)',
  async (code) => {
    const client = () => loadClient(source({ import: failing(code, 'Cannot find package') }));
    await expect(openWith(client)).rejects.toMatchObject({
      code: 'missing_peer',
      message: expect.stringMatching(
        'needs the package better-sqlite3.*npm install better-sqlite3@12',
      ) as string,
      cause: { code },
    });
  },
);

it.each<[string, ClientSource['import']]>([
  ['fails', failing(undefined, 'broken')],
  ['exports something else', async () => ({ default: 'no constructor' })],
])('says so where the package %s', async (_, load) => {
  await expect(loadClient(source({ import: load }))).rejects.toMatchObject({
    code: 'missing_peer',
    message: expect.stringMatching('could not be loaded: .*npm rebuild better-sqlite3') as string,
  });
});

it.each([
  ['13.0.3', '20.20.2', false],
  ['14.0.0', '20.19.0', false],
  ['13.0.3', '22.12.0', true],
  ['12.11.1', '20.20.2', true],
  [undefined, '20.20.2', true],
])('with better-sqlite3 %s on Node %s answers a client: %s', async (version, nodeVersion, fits) => {
  const loading = loadClient(source({ versionOf: () => version, nodeVersion }));
  if (fits) return expect(await loading).toBe(Database);
  await expect(loading).rejects.toMatchObject({
    code: 'missing_peer',
    message: `better-sqlite3 ${version} needs Node 22 or later, this is ${nodeVersion}; npm install better-sqlite3@12, or update Node`,
  });
});

it.each(['3.44.2', '3.51.2', '3.7.17', '2.8.17'])(
  'refuses SQLite %s, before any file is touched',
  async (version) => {
    await expect(openWith(async () => withSqlite(version))).rejects.toMatchObject({
      code: 'missing_peer',
      message: expect.stringContaining(
        `SQLite 3.51.3 or later is needed, better-sqlite3 brings ${version}`,
      ) as string,
    });
  },
);

it('says how to mend a package whose native part was not built', async () => {
  const unbuilt = function Unbuilt() {
    throw new Error('Could not locate the bindings file');
  } as unknown as SqliteClient;
  await expect(openWith(async () => unbuilt)).rejects.toMatchObject({
    code: 'missing_peer',
    message: expect.stringMatching(
      'Could not locate the bindings file; npm rebuild better-sqlite3',
    ) as string,
  });
});
