import { buildSync } from 'esbuild';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BackingStore, Operation, Row } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { postgres } from './index.js';

const server = await findPostgres();
const root = join(import.meta.dirname, '../../..');
const KEYS = 300;

describeWith(server)('writers of the same keys', () => {
  let schema: TestSchema;
  let table: ReturnType<TestSchema['table']>;
  let opened: BackingStore[];

  beforeAll(async () => {
    schema = await makeSchema(server);
  });
  afterAll(() => schema.drop());
  beforeEach(() => {
    opened = [];
    table = schema.table();
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });

  /** A store with connections of its own, as another process has them. */
  async function open(): Promise<BackingStore> {
    const store = postgres({ ...table, maxConnections: 3 }).create({
      namespace: 'birds',
      clock: new FakeClock(),
    });
    opened.push(store);
    await store.open();
    return store;
  }

  it('in two processes never wait for each other in a circle, and nobody sees half a batch', async () => {
    const store = await open();
    const args = (seed: number) => [table.connectionString, table.table, String(seed), '15', String(KEYS)];
    const processes = Promise.all([run(args(10)), run(args(11))]);
    const isThrough = processes.then(
      () => true,
      () => true,
    );
    const seen = new Set<string>();
    while (!(await Promise.race([isThrough, look(store, seen)])));
    expect(await processes).toEqual(['written\n', 'written\n']);
    await look(store, seen);
    expect([...seen].filter((picture) => picture !== 'nothing').length).toBeGreaterThan(0);
    expect([...seen].filter((picture) => picture.startsWith('torn'))).toEqual([]);
  });

  it('may clear, invalidate and replace all rows meanwhile', async () => {
    const stores = await Promise.all([open(), open(), open(), open()]);
    const tasks = stores.map(async (store, writer) => {
      for (let round = 0; round < 12; round += 1) {
        const keys = Array.from({ length: 100 }, (_, n) => `${(n * 37 + writer * 11 + round) % 100}`);
        await store.apply(mixed(keys, round + writer));
        const sweeping = [
          () => store.clear(),
          () => store.invalidate([{ scope: 'tag', name: 'odd', version: round }]),
          () => store.replaceAll(half(keys)),
          () => store.rows(),
        ];
        await sweeping[(round + writer) % sweeping.length]?.();
        await store.apply(keys.map((key) => ({ type: 'delete', key, version: 9 })));
      }
    });
    await Promise.all(tasks);
    expect(await stores[0]?.rows()).toEqual([]);
  });

  it('keep the newest where they are told to', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    const keys = Array.from({ length: 50 }, (_, n) => `${n}`);
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let version = 30 + writer; version > 0; version -= 3)
          await store.apply(
            (version % 2 === 0 ? keys : keys.toReversed()).map((key) => set(key, version)),
            { onlyNewer: true },
          );
      }),
    );
    expect(new Set(Array.from((await stores[0]?.rows()) ?? [], ({ version }) => version))).toEqual(
      new Set([32]),
    );
  });
});

/** Adds what the rows look like: the number of one batch, or torn. */
async function look(store: BackingStore, seen: Set<string>): Promise<false> {
  const rows = await store.getMany(Array.from({ length: KEYS }, (_, n) => `bird ${n}`));
  const [first] = rows;
  const number = Number(first?.value);
  const isWhole =
    rows.length === (KEYS / 5) * 4 &&
    rows.every(({ key, value }) => Number(value) === number && Number(key.slice(5)) % 5 !== number % 5);
  seen.add(
    first === undefined
      ? 'nothing'
      : isWhole
        ? `batch ${number}`
        : `torn: ${rows.length} rows, ${valuesOf(rows)}`,
  );
  return false;
}

function valuesOf(rows: readonly Row[]): string {
  return [...new Set(rows.map(({ value }) => String(value)))].join(', ');
}

/** One file, which Node starts faster than it would compile it. */
function compiledWriter(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: ['test/support/postgres-writer.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: {
      'nuthatch/engine': './libs/engine/src/index.ts',
      'nuthatch/postgres': './libs/postgres/src/index.ts',
    },
  });
  return outputFiles[0]?.text ?? '';
}

/** Runs the writer in a process of its own; answers what it says. */
async function run(args: readonly string[]): Promise<string> {
  const writing = promisify(execFile)(process.execPath, ['--input-type=module', '-', ...args], { cwd: root });
  writing.child.stdin?.end(compiledWriter());
  return (await writing).stdout;
}

function set(key: string, version: number, tags: readonly string[] = []): Operation {
  return { type: 'set', row: { key, value: `${version}`, expiresAt: undefined, version, tags } };
}

function mixed(keys: readonly string[], version: number): Operation[] {
  return keys.map((key, n) =>
    n % 4 === 0 ? { type: 'delete', key, version } : set(key, version, n % 2 === 0 ? [] : ['odd']),
  );
}

async function* half(keys: readonly string[]): AsyncGenerator<readonly Row[]> {
  for (const key of keys.slice(0, 50))
    yield [{ key, value: 'replaced', expiresAt: undefined, version: 1, tags: [] }];
}
