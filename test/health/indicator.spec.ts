import {
  getCacheToken,
  CacheHealthIndicator,
  type CacheHealthOptions,
  CacheManager,
  CacheModule,
} from 'nuthatch';
import { MapStore, type StoreRole, type WritePolicyName } from 'nuthatch/engine';
import { FakeClock, FaultyStore, settle } from 'nuthatch/testing';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { closeApps, openApp } from '../nest/open-app.js';

afterEach(closeApps);

/** An application with two caches, of which `board` has a store that fails when it is told to. */
async function open({ role = 'cache', ...board }: { role?: StoreRole; writePolicy?: WritePolicyName } = {}) {
  const clock = new FakeClock();
  const store = new FaultyStore(new MapStore({ role }));
  const app = await openApp({
    imports: [
      TerminusModule.forRoot({ logger: false }),
      CacheModule.forRoot({ clock, maxItems: 4 }),
      CacheModule.forFeature({ name: 'board', clock, ...board, store }),
    ],
  });
  const indicator = app.get(CacheHealthIndicator);
  const caches = app.get(CacheManager);
  const terminus = await app.resolve(HealthCheckService);
  const check = async (options?: CacheHealthOptions) => (await indicator.check('cache', options ?? {})).cache;
  /** Everything fails, and the breaker has noticed. */
  const fall = async (): Promise<void> => {
    for (const method of ['get', 'getMany', 'apply'] as const)
      store.failAlways(method, new Error('host db-1'));
    for (let read = 0; read < 8; read++) {
      // A database of the user's own that fails is the caller's error.
      await caches
        .get('board')
        .get(`secret ${read}`)
        .catch(() => undefined);
    }
  };
  return { clock, store, indicator, check, terminus, caches, fall, board: caches.get<number>('board') };
}

describe('the health indicator', () => {
  it('is up, with what there is to tell of each cache', async () => {
    const { check, caches } = await open();
    await caches.get<number>().set('owl', 1);
    expect(await check()).toEqual({
      status: 'up',
      state: 'up',
      caches: {
        default: { state: 'up', items: 1, memoryUsed: 0.25, dirtyWrites: 0 },
        board: {
          state: 'up',
          items: 0,
          memoryUsed: 0,
          dirtyWrites: 0,
          store: {
            state: 'up',
            oldestPendingMs: 0,
            repairsPending: 0,
            deadLetters: 0,
            journalDepth: 0,
            journalBytes: 0,
          },
        },
      },
    });
  });

  it('is up with the state degraded while a store is down, since the cache serves', async () => {
    const { check, fall } = await open();
    await fall();
    const found = await check();
    expect(found).toMatchObject({
      status: 'up',
      state: 'degraded',
      message: expect.stringMatching(/^board: the store is down.*see whether it runs/),
      caches: { default: { state: 'up' }, board: { state: 'degraded', store: { state: 'down' } } },
    });
  });

  it.each(['degraded', 'down'] as const)(
    'answers %s for a degraded cache where it is told to',
    async (degradedAs) => {
      const { check, fall } = await open();
      expect(await check({ degradedAs })).toMatchObject({ status: 'up' });
      await fall();
      expect(await check({ degradedAs })).toMatchObject({ status: degradedAs, state: 'degraded' });
    },
  );

  it('is down once a cache is closed, whatever degraded caches are', async () => {
    const { check, board, fall } = await open();
    await fall();
    await board.close();
    expect(await check()).toMatchObject({
      status: 'down',
      state: 'down',
      message: expect.stringContaining('board: the cache is closed'),
    });
  });

  it('shows neither keys nor hosts, unless errors are asked for', async () => {
    const { check, fall } = await open();
    await fall();
    expect(JSON.stringify(await check())).not.toMatch(/secret|db-1/);
    expect((await check({ showErrors: true })).message).toMatch(/failed to read "secret \d": host db-1/);
  });

  it('looks at the caches that it is given, and refuses one that there is not', async () => {
    const { check, fall } = await open();
    await fall();
    expect(await check({ caches: ['default'] })).toMatchObject({ state: 'up' });
    await expect(check({ caches: ['wall'] })).rejects.toMatchObject({
      code: 'unknown_name',
      message: expect.stringContaining('default, board'),
    });
  });

  it('is degraded where too few of the reads of late find a value, once there have been enough', async () => {
    const { check, caches } = await open();
    const cache = caches.get<number>();
    const limits = { minHitRatio: 0.5, minReads: 10 };
    await cache.set('owl', 1);
    for (let read = 0; read < 9; read++) await cache.get('emu');
    expect(await check(limits)).toMatchObject({ state: 'up' });
    await cache.get('owl');
    expect(await check(limits)).toMatchObject({
      state: 'degraded',
      message: expect.stringMatching(
        /^default: 10\.0 % of the reads of late found a value, less than 50\.0 %/,
      ),
      caches: { default: { hitRatio: 0.1 } },
    });
    for (let read = 0; read < 10; read++) await cache.get('owl');
    expect(await check(limits)).toMatchObject({ state: 'up', caches: { default: { hitRatio: 1 } } });
  });

  it('is degraded beyond the other limits that it is given, each with its reason', async () => {
    const { check, board, clock, caches } = await open({ writePolicy: 'writeBack' });
    for (const key of ['owl', 'wren', 'jay']) await caches.get<number>().set(key, 1);
    await board.set('owl', 1);
    await board.set('wren', 1);
    clock.advance(500);
    const found = await check({ maxDirtyWrites: 1, maxPendingAge: '100ms', maxMemoryUsed: 0.7 });
    expect(found.state).toBe('degraded');
    expect(found.caches.board?.problems).toEqual([
      expect.stringMatching(/^2 writes are not stored yet, more than 1/),
      expect.stringMatching(/^a write has been waiting for 500 ms to be stored, longer than 100 ms/),
    ]);
    expect(found.caches.default?.problems).toEqual([
      expect.stringMatching(/^75\.0 % of memory is used, more than 70\.0 %/),
    ]);
    expect(await check({ maxDirtyWrites: 2, maxPendingAge: '1s', maxMemoryUsed: 0.75 })).toMatchObject({
      state: 'up',
    });
  });

  it('finds out that a store is back, though nobody else asks', async () => {
    const { check, fall, store, clock } = await open();
    await fall();
    store.heal();
    expect(await check()).toMatchObject({ state: 'degraded' });
    clock.advance('1m');
    // This check asks the store, and does not wait for the answer.
    expect(await check()).toMatchObject({ state: 'degraded' });
    await settle();
    expect(await check()).toMatchObject({ state: 'up' });
  });

  it('leaves a database of the user alone, which knows nothing of such a key', async () => {
    const { check, fall, store, clock, board } = await open({ role: 'record' });
    await fall();
    store.heal();
    clock.advance('1m');
    for (let checks = 0; checks < 3; checks++) {
      expect(await check()).toMatchObject({ state: 'degraded' });
      await settle();
    }
    await board.get('owl');
    expect(await check()).toMatchObject({ state: 'up' });
  });

  it('waits for no store that hangs', async () => {
    const { check, fall, store, clock } = await open();
    await fall();
    store.heal();
    clock.advance('1m');
    const release = store.hold('get');
    expect(await check()).toMatchObject({ state: 'degraded' });
    release();
  });

  it('passes over what a test put in the place of a cache', async () => {
    const app = await openApp(
      {
        imports: [CacheModule.forRoot(), CacheModule.forFeature({ name: 'board' })],
        providers: [CacheHealthIndicator],
      },
      (builder) => builder.overrideProvider(getCacheToken('board')).useValue({ get: async () => 1 }),
    );
    const { cache } = await app.get(CacheHealthIndicator).check();
    expect(Object.keys(cache.caches)).toEqual(['default']);
  });

  it.each<[unknown, string]>([
    [{ minHitRatio: 80 }, 'minHitRatio must be a number between 0 and 1, got 80'],
    [{ minReads: 0 }, 'minReads must be a number of 1 or more, got 0'],
    [{ maxDirtyWrites: '5' }, 'maxDirtyWrites must be a number of 0 or more, got a string'],
    [{ maxPendingAge: 'soon' }, 'maxPendingAge must be'],
    [{ degradedAs: 'ill' }, 'degradedAs must be one of up, degraded, down, got a string'],
    [{ maxDirty: 5 }, 'there is no option maxDirty; there are caches, minHitRatio'],
  ])('refuses %j by name', async (options, message) => {
    const { check } = await open();
    // What a caller without a compiler may give.
    await expect(check(options as CacheHealthOptions)).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
  });
});

describe('Terminus', () => {
  it('of version 11 is told nothing but up and down, unless degraded is asked for', async () => {
    const { indicator } = await open();
    // The types are the test: its indicators know no other status.
    const result: Record<'cache', { status: 'up' | 'down' }> = await indicator.check();
    const strict: Record<'strict', { status: 'up' | 'down' }> = await indicator.check('strict', {
      degradedAs: 'down',
    });
    expect([result.cache.status, strict.strict.status]).toEqual(['up', 'up']);
  });

  it('takes what the indicator answers: up, degraded, and down with an error', async () => {
    const { terminus, indicator, fall, board } = await open();
    const run = () =>
      terminus.check([
        () => indicator.check('caches'),
        () => indicator.check('strict', { caches: ['board'], degradedAs: 'degraded' }),
      ]);
    expect(await run()).toMatchObject({
      status: 'ok',
      info: { caches: { state: 'up' }, strict: { status: 'up' } },
    });
    await fall();
    expect(await run()).toMatchObject({
      status: 'degraded',
      info: { caches: { status: 'up', state: 'degraded' }, strict: { status: 'degraded' } },
    });
    await board.close();
    await expect(run()).rejects.toMatchObject({
      status: 503,
      response: { status: 'error', error: { caches: { status: 'down' }, strict: { status: 'down' } } },
    });
  });

  it('answers an error where degraded is down', async () => {
    const { terminus, indicator, fall } = await open();
    await fall();
    const run = () => terminus.check([() => indicator.check('cache', { degradedAs: 'down' })]);
    await expect(run()).rejects.toMatchObject({ status: 503 });
  });
});
