import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import type { BackingStore, Row } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import {
  describeWith,
  findPostgres,
  makeSchema,
  type TestSchema,
} from '../../../test/support/postgres-server.js';
import { postgres, type PostgresConnection, type PostgresOptions, type PostgresPool } from './index.js';

const server = await findPostgres();
const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: ['night'] };
const setOwl = [{ type: 'set', row: owl }] as const;

describeWith(server)('when things go wrong', () => {
  let schema: TestSchema;
  let table: ReturnType<TestSchema['table']>;
  let opened: BackingStore[];
  /** What these connections are called at the server. */
  let application: string;

  beforeAll(async () => {
    schema = await makeSchema(server);
  });
  afterAll(() => schema.drop());
  beforeEach(() => {
    opened = [];
    table = schema.table();
    application = table.table;
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });

  async function open(options: Partial<PostgresOptions> = {}): Promise<BackingStore> {
    const connectionString = `${table.connectionString}&application_name=${application}`;
    const source = options.pool === undefined ? { connectionString } : {};
    const store = postgres({ ...source, table: table.table, ...options }).create({
      namespace: 'birds',
      clock: new FakeClock(),
    });
    opened.push(store);
    await store.open();
    return store;
  }

  /** Ends the sessions of these tests at the server, as an administrator or a restart does; answers how many there were. */
  async function terminate(name = application): Promise<number> {
    const ended = await schema.ask(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1`,
      [name],
    );
    return ended.length;
  }

  /** Lets nobody else change the rows until it is told to let go. */
  async function lockRows() {
    const client = new pg.Client(server?.config);
    await client.connect();
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM ${table.table} FOR UPDATE`);
    return { release: () => client.end() };
  }

  async function untilWaiting(): Promise<void> {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`;
    while ((await schema.ask(waiting, [application])).length === 0);
  }

  describe('a session that is ended', () => {
    it('while it is idle is replaced without anybody being told', async () => {
      const store = await open();
      await store.apply(setOwl);
      expect(await terminate()).toBeGreaterThan(0);
      await settle();
      expect(await store.get('owl')).toEqual(owl);
    });

    it('in the middle of a statement fails that one alone', async () => {
      const store = await open();
      await store.apply(setOwl);
      const other = await lockRows();
      const writing = store
        .apply([{ type: 'set', row: { ...owl, value: '2' } }])
        .catch((error: unknown) => error);
      await untilWaiting();
      await terminate();
      expect(await writing).toMatchObject({
        code: 'store_failed',
        message: `the PostgreSQL table ${table.table} failed: terminating connection due to administrator command`,
        cause: { code: '57P01' },
      });
      await other.release();
      expect(await store.get('owl')).toEqual(owl);
      await store.apply([{ type: 'delete', key: 'owl', version: 3 }]);
      expect(await store.rows()).toEqual([]);
    });

    it('in the middle of a replacement leaves the rows as they were', async () => {
      const store = await open();
      await store.apply(setOwl);
      async function* rows() {
        yield [{ ...owl, key: 'jay' }];
        await terminate();
        yield [{ ...owl, key: 'wren' }];
      }
      await expect(store.replaceAll(rows())).rejects.toMatchObject({ code: 'store_failed' });
      expect(await store.rows()).toEqual([owl]);
    });

    it('in the middle of a scan fails the scan', async () => {
      const store = await open();
      await store.apply(
        Array.from({ length: 500 }, (_, n) => ({ type: 'set', row: { ...owl, key: `${n}` } }) as const),
      );
      const scan = store.scan?.()[Symbol.asyncIterator]();
      await scan?.next();
      await terminate();
      await expect(scan?.next()).rejects.toMatchObject({ code: 'store_failed' });
      expect(await store.get('7')).toMatchObject({ key: '7' });
    });

    it("ends no process, also where the pool is the user's and nobody listens", async () => {
      const pool = new pg.Pool({ ...server?.config, application_name: application });
      const [store, other] = [await open({ pool }), await open({ pool })];
      expect(await terminate()).toBeGreaterThan(0);
      await settle();
      expect(await store.get('owl')).toBeUndefined();
      await other.close();
      expect(pool.listenerCount('error')).toBe(1);
      await pool.end();
    });
  });

  it('gives a statement up that takes too long, and goes on', async () => {
    await open();
    const store = await open({ statementTimeoutMs: 400 });
    await store.apply(setOwl);
    const other = await lockRows();
    await expect(store.apply([{ type: 'delete', key: 'owl', version: 2 }])).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringMatching(/canceling statement .* \(statementTimeoutMs is 400\)$/) as string,
      cause: { code: '57014' },
    });
    expect(await store.get('owl')).toEqual(owl);
    await other.release();
    await store.apply([{ type: 'delete', key: 'owl', version: 2 }]);
    expect(await store.rows()).toEqual([]);
  });

  it('gives what goes through all rows a time of its own', async () => {
    await open();
    const store = await open({ statementTimeoutMs: 60_000, bulkTimeoutMs: 400 });
    await store.apply(setOwl);
    const other = await lockRows();
    await expect(store.clear()).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringMatching(/canceling statement .* \(bulkTimeoutMs is 400\)$/) as string,
    });
    await other.release();
    expect(await store.rows()).toEqual([owl]);
  });

  describe('connections', () => {
    it('are given back by every call, however it ends', async () => {
      const pool = new pg.Pool({ ...server?.config, max: 1 });
      const store = await open({ pool });
      await store.apply(setOwl);
      await schema.ask(`ALTER TABLE ${table.table} ADD CHECK (key <> 'emu')`);
      for (let round = 0; round < 3; round += 1) {
        const emu = { ...owl, key: 'emu' };
        await expect(store.apply([{ type: 'set', row: emu }])).rejects.toMatchObject({
          code: 'store_failed',
        });
        await expect(store.replaceAll(oneByOne(owl, emu))).rejects.toMatchObject({ code: 'store_failed' });
        for await (const page of store.scan?.() ?? []) expect(page).toEqual([owl]);
        for await (const page of store.scan?.() ?? []) if (page.length > 0) break;
        expect(await store.rows()).toEqual([owl]);
        expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
      }
      await store.close();
      await pool.end();
    });

    it('are those of the factory, and gone when its last store is closed', async () => {
      const connectionString = `${table.connectionString}&application_name=${application}`;
      const factory = postgres({ connectionString, table: table.table, maxConnections: 2 });
      const stores = Array.from({ length: 3 }, (_, n) =>
        factory.create({ namespace: `birds ${n}`, clock: new FakeClock() }),
      );
      await Promise.all(stores.map((store) => store.open()));
      await Promise.all(stores.flatMap((store) => Array.from({ length: 10 }, () => store.apply(setOwl))));
      expect(await sessions()).toBe(2);
      await stores[0]?.close();
      await stores[1]?.close();
      expect(await stores[2]?.get('owl')).toEqual(owl);
      await stores[2]?.close();
      while ((await sessions()) > 0);
    });

    it('of a pool of the user stay open', async () => {
      const pool = new pg.Pool(server?.config);
      const store = await open({ pool });
      await store.close();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await pool.end();
    });

    it('that come too late go back to the pool', async () => {
      const clock = new FakeClock();
      const released: unknown[] = [];
      const late = { release: () => released.push('released') } as unknown as PostgresConnection;
      let arrive: (connection: PostgresConnection) => void = () => undefined;
      const pool: PostgresPool = {
        connect: () => new Promise((resolve) => (arrive = resolve)),
        on: () => undefined,
        listeners: () => [],
        end: () => Promise.reject(new Error('it is not ours')),
      };
      const store = postgres({ pool, table: table.table, connectTimeoutMs: 700 }).create({
        namespace: 'birds',
        clock,
      });
      const opening = store.open().catch((error: unknown) => error);
      await settle();
      await clock.advanceAsync(700);
      expect(await opening).toMatchObject({
        code: 'store_failed',
        message: `the PostgreSQL table ${table.table} got no connection within 700 ms`,
      });
      arrive(late);
      await settle();
      expect([released, clock.timers]).toEqual([['released'], 0]);
    });

    async function sessions(): Promise<number> {
      const found = await schema.ask('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [
        application,
      ]);
      return found.length;
    }
  });

  describe('a server', () => {
    let proxy: Awaited<ReturnType<typeof openProxy>>;
    beforeEach(async () => {
      proxy = await openProxy(server?.config);
    });
    afterEach(() => proxy.close());

    it('that no longer answers fails the call, and the next one is answered when it does again', async () => {
      await open();
      const store = await open({ connectionString: proxy.url, statementTimeoutMs: 400 });
      await store.apply(setOwl);
      proxy.isSilent = true;
      await expect(store.get('owl')).rejects.toMatchObject({
        code: 'store_failed',
        message: `the PostgreSQL table ${table.table} did not answer in time (statementTimeoutMs is 400)`,
      });
      proxy.isSilent = false;
      expect(await store.get('owl')).toEqual(owl);
    });

    it('that goes away and comes back is used again', async () => {
      const store = await open({ connectionString: proxy.url });
      await store.apply(setOwl);
      await proxy.close();
      await expect(store.get('owl')).rejects.toMatchObject({
        code: 'store_failed',
        message: expect.stringMatching(/ECONNREFUSED|ECONNRESET|terminated/) as string,
      });
      await proxy.listen();
      expect(await store.get('owl')).toEqual(owl);
    });

    it('that is not there yet is tried again by the next opening', async () => {
      await proxy.close();
      const store = postgres({ connectionString: proxy.url, table: table.table }).create({
        namespace: 'birds',
        clock: new FakeClock(),
      });
      await expect(store.open()).rejects.toMatchObject({ code: 'store_failed' });
      await proxy.listen();
      await store.open();
      await store.close();
    });
  });

  it.each([
    'postgres://owl:hunter2@127.0.0.1:1/test',
    'postgres://owl:hunter2@[nonsense/test',
    'postgres://owl:hunter2@localhost:5432/test?sslmode=verify-full&sslrootcert=/no/such/file',
  ])('tells no password, whatever is wrong', async (connectionString) => {
    const store = postgres({ connectionString }).create({ namespace: 'birds', clock: new FakeClock() });
    const error = await store.open().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'store_failed' });
    expect(everythingIn(error)).not.toContain('hunter2');
  });
});

/** A way to the server that can be cut, and that can swallow what is sent. */
async function openProxy(config: pg.PoolConfig | undefined) {
  const { host = '', port = 5432, user = '', database = '' } = config ?? {};
  const sockets = new Set<Socket>();
  const proxy = {
    isSilent: false,
    url: '',
    listen: async () => {
      listener.listen(listenedOn, '127.0.0.1');
      await once(listener, 'listening');
      listenedOn = (listener.address() as AddressInfo).port;
      proxy.url = `postgres://${user}@127.0.0.1:${listenedOn}/${database}`;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (!listener.listening) return;
      listener.close();
      await once(listener, 'close');
    },
  };
  let listenedOn = 0;
  const listener: Server = createServer((near) => {
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => (proxy.isSilent ? undefined : to.write(bytes)));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await proxy.listen();
  return proxy;
}

async function* oneByOne(...rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (const each of rows) yield [each];
}

/** Message, properties and causes, as a logger would write them. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return [...own, everythingIn(error.cause)].join('\n');
}
