import {
  Controller,
  Get,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
  Param,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { Cache, Cacheable, CacheManager, CacheModule, CachePut, MapStore } from 'nuthatch';
import { FaultyStore, settle } from 'nuthatch/testing';
import { closeAfterTest, closeApp, closeApps, openApp } from './open-app.js';

const warnings: unknown[] = [];
const errors: unknown[] = [];

beforeEach(() => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => void warnings.push(message));
  jest.spyOn(Logger.prototype, 'error').mockImplementation((message: unknown) => void errors.push(message));
});

afterEach(async () => {
  await closeApps();
  jest.restoreAllMocks();
  for (const list of [warnings, errors]) list.length = 0;
});

const writeBack = (store: MapStore | FaultyStore = new MapStore()) =>
  CacheModule.forRoot({ store, writePolicy: 'writeBack' });

/** Runs without the signal handlers that the test runner may have set. */
async function withoutSignalHandlers(run: () => Promise<void>): Promise<void> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const handlers = signals.map((signal) => process.listeners(signal));
  for (const signal of signals) process.removeAllListeners(signal);
  try {
    await run();
  } finally {
    signals.forEach((signal, index) => handlers[index]?.forEach((handler) => process.on(signal, handler)));
  }
}

describe('closing an application', () => {
  it('stores what write-back has pending', async () => {
    const store = new MapStore();
    const app = await openApp({ imports: [writeBack(store)] });
    await app.get(Cache).set('owl', 1);
    expect(await store.rows()).toHaveLength(0);
    await closeApp(app);
    expect((await store.rows()).map(({ key }) => key)).toEqual(['owl']);
    expect(app.get(Cache).health().status).toBe('down');
  });

  it('leaves the caches open until every other module is through', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Last implements OnApplicationShutdown, OnModuleInit {
      constructor(private readonly cache: Cache) {}

      async onModuleInit(): Promise<void> {
        await this.cache.set('owl', 1);
      }

      async onModuleDestroy(): Promise<void> {
        seen.push(await this.cache.get('owl'));
      }

      async onApplicationShutdown(): Promise<void> {
        seen.push(await this.cache.get('owl'));
      }
    }
    const app = await openApp({ imports: [CacheModule.forRoot()], providers: [Last] });
    await closeApp(app);
    expect(seen).toEqual([1, 1]);
  });

  it('logs how many writes could not be stored', async () => {
    const store = new FaultyStore(new MapStore());
    const app = await openApp({ imports: [writeBack(store)] });
    await app.get(Cache).set('owl', 1);
    await app.get(Cache).set('wren', 1);
    store.failAlways('apply');
    await closeApp(app);
    expect(errors).toEqual([
      expect.stringMatching(/^cache "default" closed with 2 writes not stored, 0 stored: /),
    ]);
  });

  it('is harmless after closeAll', async () => {
    const app = await openApp({ imports: [writeBack()] });
    await app.get(CacheManager).closeAll();
    await closeApp(app);
    expect(errors).toEqual([]);
  });

  it('leaves alone what a test put in the place of a cache', async () => {
    const app = await openApp({ imports: [CacheModule.forRoot()] }, (builder) =>
      builder.overrideProvider(Cache).useValue({}),
    );
    await closeApp(app);
    expect(errors).toEqual([]);
  });
});

describe('a request that is under way when the application closes', () => {
  function latch() {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    return { held, release };
  }
  const arrived = latch();
  const gate = latch();

  @Injectable()
  class Names {
    runs = 0;

    @Cacheable({ key: (iata: string) => iata })
    async find(iata: string): Promise<string> {
      this.runs++;
      return `name of ${iata}`;
    }

    @CachePut({ key: () => 'last' })
    async visit(iata: string): Promise<string> {
      return iata;
    }
  }

  @Controller()
  class NamesController {
    constructor(private readonly names: Names) {}

    @Get(':iata')
    async read(@Param('iata') iata: string): Promise<string> {
      arrived.release();
      await gate.held;
      await this.names.visit(iata);
      return this.names.find(iata);
    }
  }

  it('gets its cached answer, and its write is stored', async () => {
    const store = new MapStore();
    const builder = Test.createTestingModule({
      imports: [writeBack(store)],
      providers: [Names],
      controllers: [NamesController],
    });
    const app = closeAfterTest((await builder.compile()).createNestApplication<NestExpressApplication>());
    await app.listen(0, '127.0.0.1');
    const names = app.get(Names);
    await names.find('GVA');
    const response = fetch(`${await app.getUrl()}/GVA`, { headers: { connection: 'close' } });
    await arrived.held;
    const closing = closeApp(app);
    await settle();
    gate.release();
    expect(await (await response).text()).toBe('name of GVA');
    await closing;
    expect(names.runs).toBe(1);
    expect((await store.rows()).map(({ key }) => key).sort()).toEqual(['GVA', 'last']);
  });
});

describe('starting a write-back cache', () => {
  it('warns once where nobody listens to signals', async () => {
    await withoutSignalHandlers(async () => {
      const heir = CacheModule.forFeature({ name: 'airports', store: 'map' });
      await openApp({ imports: [CacheModule.forRoot({ store: 'map', writePolicy: 'writeBack' }), heir] });
      await settle();
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^writes of default, airports .*app\.enableShutdownHooks\(\)/),
    ]);
  });

  it('does not warn where shutdown hooks are enabled, also right after the start', async () => {
    await withoutSignalHandlers(async () => {
      const app = await openApp({ imports: [writeBack()] });
      app.enableShutdownHooks();
      await settle();
      await closeApp(app);
    });
    expect(warnings).toEqual([]);
  });

  it('does not warn about other policies, nor after the application is closed', async () => {
    await withoutSignalHandlers(async () => {
      await openApp({ imports: [CacheModule.forRoot({ store: 'map' })] });
      await closeApp(await openApp({ imports: [writeBack()] }));
      await settle();
    });
    expect(warnings).toEqual([]);
  });
});
