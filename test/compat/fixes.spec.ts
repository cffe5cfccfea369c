import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import {
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Logger,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import * as original from '@nestjs/cache-manager';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Keyv } from 'keyv';
import * as compat from 'nuthatch/compat';
import {
  type Cache,
  CacheInterceptor,
  CacheKey,
  type CacheManagerOptions,
  CacheModule,
  getCacheManagerToken,
} from 'nuthatch/compat';
import { FakeClock, settle } from 'nuthatch/testing';
import { from, lastValueFrom, of } from 'rxjs';
import request from 'supertest';
import { closeAfterTest, closeApp, closeApps, openApp } from '../nest/open-app.js';
import type { Face } from './app/face.js';
import { FrailKeyv } from './frail-keyv.js';
import { openCache } from './open-cache.js';

// That it can stand for the other is tested in drop-in.spec.ts.
const ours = compat as unknown as Face;

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));
afterEach(async () => {
  await closeApps();
  await settle();
  expect(unhandled.splice(0)).toEqual([]);
});

/** What a controller with one handler answers: how often it has run. */
interface Runs {
  count: number;
  /** How many requests have come. */
  arrived: number;
  gate: Promise<void>;
  answer: (run: number) => unknown;
}

/** A server with one route, cached by the interceptor of a package. */
async function openServer(
  face: Face,
  options: CacheManagerOptions = {},
  interceptor: Type<unknown> = face.CacheInterceptor as Type<unknown>,
): Promise<{ runs: Runs; app: NestExpressApplication; ask: (user?: string) => Promise<string> }> {
  const runs: Runs = { count: 0, arrived: 0, gate: Promise.resolve(), answer: (run) => `run ${run}` };

  @Controller()
  @UseInterceptors(interceptor as Type<CacheInterceptor>)
  class RunsController {
    @Get('runs')
    async get(): Promise<unknown> {
      const run = ++runs.count;
      await runs.gate;
      return runs.answer(run);
    }
  }
  const imports = [face.CacheModule.register(options as original.CacheModuleOptions)];
  const testing = await Test.createTestingModule({ imports, controllers: [RunsController] }).compile();
  const app = closeAfterTest(testing.createNestApplication<NestExpressApplication>());
  app.use((_request: unknown, _response: unknown, next: () => void) => {
    runs.arrived++;
    next();
  });
  await app.listen(0);
  const ask = async (user?: string): Promise<string> => {
    const asked = request(app.getHttpServer()).get('/runs');
    return (await (user === undefined ? asked : asked.set('authorization', `Bearer ${user}`))).text;
  };
  return { runs, app, ask };
}

/** Waits for what must come. */
async function until(hasCome: () => boolean): Promise<void> {
  while (!hasCome()) await sleep(5);
}

function gateOf(runs: Runs): () => void {
  let open = (): void => undefined;
  runs.gate = new Promise((resolve) => {
    open = resolve;
  });
  return open;
}

/** Two stores of the given package's cache: one near, one far. */
async function openTwo(
  face: Face,
  options: CacheManagerOptions = {},
): Promise<{ cache: Cache; near: FrailKeyv; far: FrailKeyv }> {
  const [near, far] = [new FrailKeyv(), new FrailKeyv()];
  const all = { ...options, stores: [near, far] } as unknown as original.CacheModuleOptions;
  const app = await openApp({ imports: [face.CacheModule.register(all)] });
  return { cache: app.get<Cache>(face.CACHE_MANAGER), near, far };
}

describe('the interceptor', () => {
  it.each([
    ['once', ours, 1],
    ['twenty times with the original', original, 20],
  ])('runs a handler that twenty ask for at once %s', async (_times, face, count) => {
    const { runs, ask } = await openServer(face);
    const open = gateOf(runs);
    const asked = Promise.all(Array.from({ length: 20 }, () => ask()));
    await until(() => runs.arrived === 20 && runs.count >= count);
    open();
    const answers = await asked;
    expect(runs.count).toBe(count);
    if (face === ours) expect(new Set(answers)).toEqual(new Set(['run 1']));
  });

  it.each([
    ['keeps', ours, 1],
    ['with the original does not keep', original, 2],
  ])('%s the answer null', async (_does, face, count) => {
    const { runs, ask } = await openServer(face);
    runs.answer = () => null;
    await ask();
    await ask();
    expect(runs.count).toBe(count);
  });

  it('does not keep null in strict mode', async () => {
    const { runs, ask } = await openServer(ours, { compat: 'strict' });
    runs.answer = () => null;
    await ask();
    await ask();
    expect(runs.count).toBe(2);
  });

  it("answers everybody who shows credentials with what is his own, and nobody else's", async () => {
    const { ask } = await openServer(ours);
    expect([await ask('anna'), await ask('ben'), await ask(), await ask('anna'), await ask()]).toEqual([
      'run 1',
      'run 2',
      'run 3',
      'run 1',
      'run 3',
    ]);
  });

  it("keeps users apart though a subclass's key does not, and lets one say that it does", async () => {
    @Injectable()
    class SameKey extends CacheInterceptor {
      protected override trackBy(): string {
        return 'same';
      }
    }
    @Injectable()
    class Public extends SameKey {
      protected override principalFor(): { kind: 'anyone' } {
        return { kind: 'anyone' };
      }
    }
    const apart = await openServer(ours, {}, SameKey);
    expect([await apart.ask('anna'), await apart.ask('ben')]).toEqual(['run 1', 'run 2']);
    const shared = await openServer(ours, {}, Public);
    expect([await shared.ask('anna'), await shared.ask('ben')]).toEqual(['run 1', 'run 1']);
  });

  it('asks `principal.identify` who it is', async () => {
    const { ask } = await openServer(ours, { principal: { identify: () => 'one and all' } });
    expect([await ask('anna'), await ask('ben')]).toEqual(['run 1', 'run 1']);
  });

  it('forgets the answers of all persons with `del` of the URL, those too that are on their way', async () => {
    const { runs, app, ask } = await openServer(ours);
    const cache = app.get<Cache>(compat.CACHE_MANAGER);
    await Promise.all([ask('anna'), ask('ben'), ask()]);
    await cache.del('/runs');
    expect([await ask('anna'), await ask('ben'), await ask()]).toEqual(['run 4', 'run 5', 'run 6']);
    await cache.mdel(['/runs']);
    const open = gateOf(runs);
    const asked = ask('anna');
    await until(() => runs.count === 7);
    await cache.del('/runs');
    open();
    expect(await asked).toBe('run 7');
    expect(await ask('anna')).toBe('run 8');
  });

  it('gives each of those who wait for one run a copy of its answer', async () => {
    const app = await openApp({ imports: [CacheModule.register()], providers: [CacheInterceptor] });
    class Resolver {
      @CacheKey('names')
      names(): void {}
    }
    const answers = Promise.all(
      [1, 2].map(async (run) => {
        const handler = { handle: () => from(settle().then(() => ({ names: [`run ${run}`] }))) };
        return lastValueFrom(
          await app.get(CacheInterceptor).intercept(graphqlContext(Resolver, 'names', {}), handler),
        );
      }),
    );
    const [one, two] = await answers;
    expect(two).toEqual({ names: ['run 1'] });
    expect(two).not.toBe(one);
  });

  it('lets those who wait run the handler themselves where it streams, or answers nothing', async () => {
    const { runs, ask } = await openServer(ours);
    runs.answer = () => undefined;
    const open = gateOf(runs);
    const asked = Promise.all([ask(), ask(), ask()]);
    await until(() => runs.arrived === 3);
    open();
    await asked;
    expect(runs.count).toBe(3);
  });

  it('does not throw in a GraphQL resolver, and keeps what it answers by its arguments', async () => {
    const app = await openApp({ imports: [CacheModule.register()], providers: [CacheInterceptor] });
    const interceptor = app.get(CacheInterceptor);
    class Resolver {
      @CacheKey('user')
      user(): void {}

      plain(): void {}
    }
    let runs = 0;
    const resolve = async (method: 'user' | 'plain', args: object): Promise<unknown> => {
      const context = graphqlContext(Resolver, method, args);
      const answer = await interceptor.intercept(context, { handle: () => of(++runs) });
      return lastValueFrom(answer);
    };
    expect([await resolve('plain', {}), await resolve('plain', {})]).toEqual([1, 2]);
    expect([
      await resolve('user', { id: 1 }),
      await resolve('user', { id: 2 }),
      await resolve('user', { id: 1 }),
    ]).toEqual([3, 4, 3]);
  });
});

/** The context of a resolver, asked by nobody in particular. */
function graphqlContext(owner: Type<unknown>, method: string, args: object): ExecutionContext {
  const all = [undefined, args, { req: { headers: {} } }, {}];
  const prototype = owner.prototype as Record<string, () => void>;
  const context: Partial<ExecutionContext> = {
    getType: <T extends string>() => 'graphql' as T,
    getClass: <T>() => owner as Type<T>,
    getHandler: () => prototype[method] ?? ((): void => undefined),
    getArgByIndex: <T>(index: number) => all[index] as T,
    getArgs: <T>() => all as T,
  };
  // The rest is not asked for outside HTTP.
  return context as ExecutionContext;
}

describe('memory', () => {
  it('is bounded', async () => {
    const cache = await openCache({ memory: { maxItems: 100 } });
    await Promise.all(Array.from({ length: 1000 }, (_each, index) => cache.set(`key ${index}`, index)));
    expect(cache.stores[0].store.size).toBe(100);
    expect(await cache.get('key 999')).toBe(999);
  });

  it('gives up expired values that nobody reads', async () => {
    const clock = new FakeClock();
    const cache = await openCache({ memory: { clock }, ttl: 1000 });
    await cache.set('key', 'value');
    clock.advance(3000);
    expect(cache.stores[0].store.size).toBe(0);
  });

  it('with the original keeps expired values that nobody reads', async () => {
    const app = await openApp({ imports: [original.CacheModule.register({ ttl: 1 })] });
    const cache = app.get<Cache>(original.CACHE_MANAGER);
    await cache.set('key', 'value');
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    const [kept, found] = [cache.stores[0].store.size, await cache.get('key')];
    later.mockRestore();
    expect([kept, found]).toEqual([1, undefined]);
  });

  it.each([
    ['its own', ours, 'kept'],
    ['with the original that of all', original, 'changed'],
  ])('gives every caller %s copy', async (_whose, face, seen) => {
    const app = await openApp({ imports: [face.CacheModule.register()] });
    const cache = app.get<Cache>(face.CACHE_MANAGER);
    const value = { deep: { word: 'kept' } };
    await cache.set('key', value);
    value.deep.word = 'changed';
    const read = await cache.get<typeof value>('key');
    expect(read?.deep.word).toBe(seen);
    if (read !== undefined) read.deep.word = 'changed';
    expect((await cache.get<typeof value>('key'))?.deep.word).toBe(seen);
  });

  it('shares values in strict mode', async () => {
    const cache = await openCache({ compat: 'strict' });
    const value = { word: 'kept' };
    await cache.set('key', value);
    expect(await cache.get('key')).toBe(value);
  });
});

describe('several stores', () => {
  it.each([
    ['brings a value forward with the life that is left', ours, true],
    ['with the original does not', original, false],
  ])('get %s', async (_does, face, isThere) => {
    const { cache, near, far } = await openTwo(face, { ttl: 600_000 });
    await far.set('key', 'value', 5000);
    expect(await cache.get('key')).toBe('value');
    const { expires } = (await near.get<string>('key', { raw: true })) ?? {};
    if (!isThere) expect(expires).toBeUndefined();
    else expect((expires ?? Infinity) - Date.now()).toBeLessThanOrEqual(5000);
  });

  it.each([
    ['no longer than the store behind', ours, true],
    ['with the original for a life of its own', original, false],
  ])('wrap brings a value forward %s', async (_howLong, face, isCapped) => {
    const { cache, near, far } = await openTwo(face);
    await far.set('key', 'value', 5000);
    await cache.wrap('key', () => 'loaded', 60_000);
    const { expires } = (await near.get<string>('key', { raw: true })) ?? {};
    expect((expires ?? 0) - Date.now() <= 5000).toBe(isCapped);
  });

  it('keeps the shorter life that the nearer store has', async () => {
    const near = new Keyv({ ttl: 1000 });
    const far = new Keyv();
    const cache = await openCache({ stores: [near, far] });
    await far.set('key', 'value', 60_000);
    await cache.get('key');
    const { expires } = (await near.get<string>('key', { raw: true })) ?? {};
    expect((expires ?? Infinity) - Date.now()).toBeLessThanOrEqual(1000);
  });

  it.each([
    ['is heard before a miss', ours, 'value'],
    ['with the original is not waited for', original, undefined],
  ])('with nonBlocking the slower store %s', async (_is, face, answer) => {
    const { cache, far } = await openTwo(face, { nonBlocking: true });
    await far.set('key', 'value');
    far.gate = sleep(50);
    expect(await cache.get('key')).toBe(answer);
  });

  it('does not bring back from the far store what is deleted meanwhile', async () => {
    const { cache, near, far } = await openTwo(ours);
    await far.set('key', 'old');
    let open = (): void => undefined;
    far.gate = new Promise((resolve) => {
      open = resolve;
    });
    const read = cache.get('key');
    await settle();
    far.gate = Promise.resolve();
    await cache.del('key');
    await far.set('key', 'old');
    open();
    await read;
    expect(await near.get('key')).toBeUndefined();
  });
});

describe('a store that fails', () => {
  it.each([
    ['does not harm wrap', ours, 'loaded'],
    ['with the original makes wrap reject', original, 'the store is down'],
  ])('%s', async (_does, face, outcome) => {
    const { cache, near } = await openTwo(face);
    near.isDown = true;
    const answer = cache.wrap('key', () => 'loaded').catch((error: Error) => error.message);
    expect(await answer).toBe(outcome);
  });

  it('is told by an event, and leaves no rejection unhandled with nonBlocking', async () => {
    const { cache, near, far } = await openTwo(ours, { nonBlocking: true });
    const told: unknown[] = [];
    cache.on('set', ({ error }) => error !== undefined && told.push((error as Error).message));
    cache.on('del', ({ error }) => error !== undefined && told.push((error as Error).message));
    near.isDown = true;
    far.isDown = true;
    await cache.set('key', 'value');
    await cache.del('key');
    await cache.mset([{ key: 'key', value: 1 }]);
    await cache.clear();
    expect(await cache.get('key')).toBeUndefined();
    await settle();
    await settle();
    expect(told).toEqual(['the store is down', 'the store is down']);
  });

  it('makes set reject, and keeps the value in the others', async () => {
    const { cache, near, far } = await openTwo(ours);
    near.isDown = true;
    await expect(cache.set('key', 'value')).rejects.toThrow('the store is down');
    expect(await far.get('key')).toBe('value');
  });
});

describe('wrap', () => {
  it.each([
    ['no expiry', ours, undefined],
    ['NaN with the original', original, NaN],
  ])('answers %s where no life is told', async (_what, face, expires) => {
    const app = await openApp({ imports: [face.CacheModule.register()] });
    const cache = app.get<Cache>(face.CACHE_MANAGER);
    expect(await cache.wrap('key', () => 1, { raw: true })).toEqual({ value: 1, expires });
  });

  it('does not keep what was changed while it loaded', async () => {
    const cache = await openCache();
    const loaded = await cache.wrap('key', async () => {
      await cache.del('key');
      return 'old';
    });
    expect([loaded, await cache.get('key')]).toEqual(['old', undefined]);
  });

  it('answers each of those who ask at once as he asks', async () => {
    const cache = await openCache();
    let loads = 0;
    const load = async (): Promise<{ load: number }> => {
      await settle();
      return { load: ++loads };
    };
    const [plain, raw] = await Promise.all([
      cache.wrap('key', load, 1000),
      cache.wrap('key', load, { raw: true, ttl: 1000 }),
    ]);
    expect(raw?.value).toEqual({ load: 1 });
    plain.load = 99;
    expect(raw?.value).toEqual({ load: 1 });
  });

  it('loads anew in the background what has little life left, and tells of a load that fails', async () => {
    const cache = await openCache({ refreshThreshold: 10_000 });
    const told: unknown[] = [];
    cache.on('refresh', ({ value, error }) =>
      told.push(error === undefined ? value : (error as Error).message),
    );
    await cache.set('key', 'old', 5000);
    expect(await cache.wrap('key', () => 'new', 60_000)).toBe('old');
    await settle();
    expect(await cache.get('key')).toBe('new');
    await cache.set('key', 'old', 5000);
    await cache.wrap('key', () => Promise.reject(new Error('no answer')));
    await settle();
    expect(told).toEqual(['new', 'no answer']);
  });
});

describe('events', () => {
  it.each([
    ['tell a miss', ours, [{ key: 'key', value: undefined }]],
    ['with the original do not', original, []],
  ])('%s', async (_do, face, events) => {
    const app = await openApp({ imports: [face.CacheModule.register()] });
    const cache = app.get<Cache>(face.CACHE_MANAGER);
    const told: unknown[] = [];
    cache.on('get', (event) => told.push(event));
    await cache.get('key');
    expect(told).toEqual(events);
  });

  it('are not disturbed by a listener that throws', async () => {
    const logged = jest.spyOn(Logger, 'error').mockImplementation(() => undefined);
    const cache = await openCache();
    const told: unknown[] = [];
    cache.on('set', () => {
      throw new Error('a listener of a test');
    });
    cache.on('set', ({ value }) => told.push(value));
    await cache.set('key', 1);
    expect(told).toEqual([1, 1]);
    expect(logged).toHaveBeenCalledWith('A listener of "set" threw', expect.any(String), 'CacheManager');
    logged.mockRestore();
  });
});

describe('the life of a cache', () => {
  it.each([
    ['after the last request', ours, ['answered', 'disconnected']],
    ['with the original before', original, ['disconnected', 'answered']],
  ])('ends %s', async (_when, face, order) => {
    const seen: string[] = [];
    const keyv = new Keyv();
    keyv.disconnect = async () => void seen.push('disconnected');
    const { runs, app, ask } = await openServer(face, { stores: [keyv] });
    runs.answer = () => seen.push('answered');
    const open = gateOf(runs);
    const asked = ask();
    await until(() => runs.count === 1);
    const closed = closeApp(app);
    // Once nobody is let in any more, only the last request is waited for.
    await until(() => seen.length > 0 || !app.getHttpServer().listening);
    open();
    await Promise.all([asked, closed]);
    expect(seen).toEqual(order);
  });

  it('has as many caches as it has names', async () => {
    const token = getCacheManagerToken('reports');
    const app = await openApp({
      imports: [
        CacheModule.register({ isGlobal: true }),
        CacheModule.register({ name: 'reports', isGlobal: true }),
        CacheModule.registerAsync({ name: 'maps', useFactory: () => ({ cacheId: 'of maps' }) }),
      ],
    });
    const [all, reports] = [app.get<Cache>(compat.CACHE_MANAGER), app.get<Cache>(token)];
    await all.set('key', 'all');
    expect(await reports.get('key')).toBeUndefined();
    expect(app.get<Cache>(getCacheManagerToken('maps')).cacheId()).toBe('of maps');
    expect(app.get(compat.Cache)).toBe(all);
  });

  it('is another in every module that registers one', async () => {
    const options = { ttl: 1000 };
    class One {}
    class Two {}
    const moduleOf = (module: Type<unknown>, name: string) => ({
      module,
      imports: [CacheModule.register(options)],
      providers: [{ provide: name, inject: [compat.CACHE_MANAGER], useFactory: (cache: Cache) => cache }],
    });
    const app = await openApp({ imports: [moduleOf(One, 'one'), moduleOf(Two, 'two')] });
    expect(app.get('one')).not.toBe(app.get('two'));
  });
});
