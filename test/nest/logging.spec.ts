import { ConsoleLogger, Logger, type LoggerService } from '@nestjs/common';
import {
  CacheLoggingModule,
  type CacheLoggingOptions,
  CacheManager,
  CacheModule,
  getCacheToken,
} from 'nuthatch';
import { MapStore } from 'nuthatch/engine';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { closeApps, openApp } from './open-app.js';

afterEach(async () => {
  await closeApps();
  Logger.overrideLogger(new ConsoleLogger());
});

/** A logger that keeps the lines that it is told about caches, with level and context. */
function keeping() {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (message: unknown, context?: unknown): void =>
      void (String(context).startsWith('Cache') && lines.push(`${level} [${context}] ${String(message)}`));
  const [log, warn, error, debug, verbose] = ['log', 'warn', 'error', 'debug', 'verbose'].map(keep);
  // All of them are there: five names, five functions.
  return { lines, logger: { log, warn, error, debug, verbose } as LoggerService };
}

/** An application that logs, and the lines of its log about caches. */
async function open(options: CacheLoggingOptions = {}) {
  const { lines, logger } = keeping();
  const clock = new FakeClock();
  const store = new FaultyStore(new MapStore());
  const metadata = {
    imports: [
      CacheModule.forRoot({ clock, maxItems: 2, eviction: 'lru' }),
      CacheModule.forFeature({ name: 'board', clock, store }),
      CacheLoggingModule.forRoot({ clock, ...options }),
    ],
  };
  const app = await openApp(metadata, (builder) => builder.setLogger(logger));
  const caches = app.get(CacheManager);
  const told = (): string[] => lines.splice(0);
  return { app, caches, clock, store, told };
}

describe('the log of caches', () => {
  it('says at the start what each cache is made of', async () => {
    const { told } = await open();
    expect(told()).toEqual([
      'log [CacheModule] cache "default": lru, at most 2 entries; no store',
      expect.stringMatching(
        /^log \[CacheModule\] cache "board": \w+, .*; writeThrough to FaultyStore \(role cache\)$/,
      ),
    ]);
  });

  it('says within the interval that a cache is in trouble, and that it is well again', async () => {
    const { told, caches, store, clock } = await open({ interval: '5s' });
    told();
    store.failNext('get');
    await caches.get('board').get('owl');
    clock.advance('4s');
    expect(told()).toEqual([]);
    clock.advance('1s');
    expect(told()[0]).toMatch(/^warn \[CacheModule\] cache "board" is degraded: .* failed to read "owl"/);
    await caches.get('board').get('owl');
    clock.advance('5s');
    expect(told()).toEqual(['log [CacheModule] cache "board" is well again']);
  });

  it('says what happened last before the application stops, and nothing after', async () => {
    const { app, told, caches, store, clock } = await open();
    told();
    store.failNext('get');
    await caches.get('board').get('owl');
    await app.close();
    expect(told()[0]).toContain('cache "board" is degraded');
    clock.advance('1m');
    expect([told(), clock.timers]).toEqual([[], 0]);
  });

  it('writes no operation unless it is asked to', async () => {
    const { told, caches } = await open();
    told();
    await caches.get<number>().set('owl', 1);
    await caches.get().get('owl');
    expect(told()).toEqual([]);
  });

  it('writes each operation at the level that it is given, under the name of the cache', async () => {
    const { told, caches } = await open({ operations: 'debug', caches: ['default'] });
    told();
    await caches.get<number>().set('owl', 1);
    await caches.get().get('emu');
    await caches.get<number>('board').set('owl', 1);
    expect(told()).toEqual(['debug [Cache default] set owl', 'debug [Cache default] miss emu']);
  });

  it('writes hashes in the place of keys, and no message that may quote them', async () => {
    const { told, caches, store, clock } = await open({ operations: 'verbose', keys: 'hashed' });
    store.failNext('get');
    await caches.get('board').get('secret');
    clock.advance('10s');
    const lines = told().join('\n');
    expect(lines).toMatch(/verbose \[Cache board\] miss [0-9a-f]{16}$/m);
    expect(lines).toContain('is degraded');
    expect(lines).not.toContain('secret');
  });

  it('can be told its options by a factory', async () => {
    const { lines, logger } = keeping();
    const useFactory = async () => ({ caches: ['default'] });
    const imports = [
      CacheModule.forRoot(),
      CacheModule.forFeature({ name: 'board' }),
      CacheLoggingModule.forRootAsync({ useFactory }),
    ];
    await openApp({ imports }, (builder) => builder.setLogger(logger));
    expect(lines).toEqual([expect.stringContaining('cache "default": ')]);
  });

  it('refuses to start with a cache that there is not', async () => {
    await expect(open({ caches: ['wall'] })).rejects.toMatchObject({ code: 'unknown_name' });
  });

  it('refuses to start with an interval that is none', async () => {
    await expect(open({ interval: 'often' as '1s' })).rejects.toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining('interval'),
    });
  });

  it('passes over what a test put in the place of a cache', async () => {
    const { lines, logger } = keeping();
    const imports = [CacheModule.forRoot(), CacheLoggingModule.forRoot()];
    await openApp({ imports }, (builder) =>
      builder
        .setLogger(logger)
        .overrideProvider(getCacheToken())
        .useValue({ get: async () => 1 }),
    );
    expect(lines).toEqual([]);
  });
});
