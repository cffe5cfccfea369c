import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  HttpException,
  Injectable,
  Logger,
  type NestInterceptor,
  Param,
  Post,
  Put,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { jest } from '@jest/globals';
import { CacheInterceptor, CacheKey, CacheResponse, CacheTTL, NoCache } from 'nuthatch';
import { MapStore } from 'nuthatch/engine';
import { FaultyStore, settle } from 'nuthatch/testing';
import { map, type Observable } from 'rxjs';
import { closeApps } from '../nest/open-app.js';
import { held } from '../support/caches.js';
import { arrivals, openSite, PLATFORMS } from './open-http.js';

afterEach(closeApps);
afterEach(() => jest.restoreAllMocks());

function warnings(): string[] {
  const said: string[] = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => void said.push(String(text)));
  return said;
}

class Owl {
  constructor(
    readonly name: string,
    readonly secret: string,
  ) {}

  get shout(): string {
    return this.name.toUpperCase();
  }
}

/** Adds what belongs to one request to whatever comes by. */
@Injectable()
class Stamp implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { url } = context.switchToHttp().getRequest<{ readonly url: string }>();
    const stamp = (body: { seen?: string[] }): unknown => {
      (body.seen ??= []).push(url);
      return body;
    };
    return next.handle().pipe(map(stamp));
  }
}

/** Leaves out what an owl keeps to itself. */
@Injectable()
class Discreet implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(map((body) => (body instanceof Owl ? { name: body.name, shout: body.shout } : body)));
  }
}

interface PassThrough {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

function aviary() {
  const state = { calls: 0, fails: false as boolean | number, wait: undefined as Promise<void> | undefined };
  const next = async () => {
    state.calls += 1;
    const call = state.calls;
    await (state.wait ?? settle());
    if (state.fails !== false) throw new HttpException('no owl', state.fails === true ? 500 : state.fails);
    return { call };
  };

  @Controller('owls')
  @UseInterceptors(CacheInterceptor)
  @CacheTTL('1m')
  class Aviary {
    readonly kept: { call: number; seen?: string[] } = { call: 0 };

    @Get()
    list() {
      return next();
    }

    @Get('stamped')
    @UseInterceptors()
    stamped() {
      state.calls += 1;
      return this.kept;
    }

    @Get('revalidated')
    @Header('Cache-Control', 'max-age=60, stale-while-revalidate=60, stale-if-error=600')
    revalidated() {
      return next();
    }

    @Get('strict')
    @Header('Cache-Control', 'max-age=60, must-revalidate')
    strict() {
      return next();
    }

    @Get('passthrough')
    @CacheResponse({ staleWhileRevalidate: '1m' })
    passthrough(@Res({ passthrough: true }) reply: PassThrough) {
      const answer = next();
      reply.header('x-call', String(state.calls));
      return answer;
    }

    @Get('quick')
    @CacheResponse({ hardTimeout: '1s' })
    quick() {
      return next();
    }

    @Get('keyed')
    @CacheKey('all owls\r\nX-Injected: 1')
    keyed() {
      return next();
    }

    @Get('failing-key')
    @CacheKey(() => {
      throw new Error('secret');
    })
    failingKey() {
      return next();
    }

    @Get('owl')
    owl() {
      state.calls += 1;
      return new Owl('ann', 'password');
    }

    @Get('never')
    @NoCache()
    never() {
      return next();
    }

    @Get('tagged')
    @CacheResponse({ tags: ['owls'] })
    tagged() {
      return next();
    }

    @Get(':id')
    one(@Param('id') id: string) {
      state.calls += 1;
      return { id, call: state.calls };
    }

    @Put(':id')
    put(@Param('id') id: string) {
      return { id };
    }

    @Post(':id')
    post() {
      throw new HttpException('no', 409);
    }
  }
  return { Aviary, state };
}

describe.each(PLATFORMS)('on %s, in trouble, the interceptor', (platform) => {
  it('gives all who wait the error of the handler, and keeps none', async () => {
    const { Aviary, state } = aviary();
    const site = await openSite({ platform, controllers: [Aviary] });
    const { get } = site;
    const { promise, resolve } = held<void>();
    Object.assign(state, { fails: 409, wait: promise });
    const come = arrivals(site, 10);
    const asked = Array.from({ length: 10 }, () => get('/owls'));
    await come;
    resolve();
    const replies = await Promise.all(asked);
    expect([state.calls, new Set(replies.map(({ status }) => status))]).toEqual([1, new Set([409])]);
    state.fails = false;
    expect((await get('/owls')).body).toEqual({ call: 2 });
  });

  it.each(['get', 'apply'] as const)('answers while the store fails to %s', async (method) => {
    const { Aviary, state } = aviary();
    const store = new FaultyStore(new MapStore());
    const { get } = await openSite({ platform, controllers: [Aviary], cache: { store } });
    store.failAlways(method);
    const replies = [await get('/owls'), await get('/owls')];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(state.calls).toBe(1);
    store.heal();
  });

  it('answers while the store hangs', async () => {
    const { Aviary } = aviary();
    const store = new FaultyStore(new MapStore());
    const { get, clock } = await openSite({ platform, controllers: [Aviary], cache: { store } });
    const release = store.hold('get');
    const reply = get('/owls');
    while (store.calls('get') === 0) await settle();
    await clock.advanceAsync('10s');
    expect((await reply).status).toBe(200);
    release();
  });

  it('answers by the handler what the cache refuses to load, and says so once', async () => {
    const said = warnings();
    const { Aviary, state } = aviary();
    const cache = { maxLoads: 1, maxQueuedLoads: 0 };
    const site = await openSite({ platform, controllers: [Aviary], cache });
    const { promise, resolve } = held<void>();
    state.wait = promise;
    const come = arrivals(site, 3);
    const asked = ['/owls', '/owls/tagged', '/owls/tagged?again'].map((path) => site.get(path));
    await come;
    resolve();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(state.calls).toBe(3);
    expect(said.filter((text) => text.includes('CacheError too_many_loads')).length).toBeGreaterThan(0);
  });

  it('answers 503 to all who wait for a handler that hangs, and runs it again later', async () => {
    const { Aviary, state } = aviary();
    const { get, clock } = await openSite({ platform, controllers: [Aviary] });
    const { promise, resolve } = held<void>();
    state.wait = promise;
    const replies = [get('/owls/quick'), get('/owls/quick')];
    while (state.calls === 0) await settle();
    for (let turn = 0; turn < 20; turn++) await settle();
    await clock.advanceAsync('2s');
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([503, 503]);
    state.wait = undefined;
    expect((await get('/owls/quick')).status).toBe(200);
    resolve();
  });

  it('answers after the cache was closed', async () => {
    const { Aviary } = aviary();
    warnings();
    const { get, caches } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls');
    await caches.closeAll();
    expect((await get('/owls')).body).toEqual({ call: 2 });
  });

  it('serves what is stale while it is made anew, and then what is new', async () => {
    const { Aviary, state } = aviary();
    const { get, clock } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls/revalidated');
    // By the decorator of the class the life is a minute, too.
    clock.advance('90s');
    const stale = await get('/owls/revalidated');
    expect([stale.body, stale.headers['age'], stale.headers['cache-status']]).toEqual([
      { call: 1 },
      '90',
      'nuthatch; hit; ttl=-30',
    ]);
    while (state.calls < 2) await settle();
    for (let turn = 0; turn < 10; turn++) await settle();
    const fresh = await get('/owls/revalidated');
    expect([fresh.body, fresh.headers['age'], state.calls]).toEqual([{ call: 2 }, '0', 2]);
  });

  it('serves what is stale where the handler fails, but not in the place of a 404', async () => {
    const { Aviary, state } = aviary();
    const { get, clock } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls/revalidated');
    clock.advance('5m');
    state.fails = true;
    expect((await get('/owls/revalidated')).body).toEqual({ call: 1 });
    clock.advance('1m');
    state.fails = 404;
    expect((await get('/owls/revalidated')).status).toBe(404);
  });

  it('serves nothing stale of what is to be revalidated, whatever the cache was told', async () => {
    const { Aviary, state } = aviary();
    const cache = { grace: '1h', staleWhileRevalidate: '1h' };
    const { get, clock } = await openSite({ platform, controllers: [Aviary], cache });
    await get('/owls/strict');
    clock.advance('61s');
    state.fails = true;
    expect((await get('/owls/strict')).status).toBe(500);
  });

  it('never lets a handler that is handed the response write on one that is answered', async () => {
    const { Aviary } = aviary();
    const { get, clock } = await openSite({ platform, controllers: [Aviary] });
    expect((await get('/owls/passthrough')).headers['x-call']).toBe('1');
    clock.advance('61s');
    const second = await get('/owls/passthrough');
    for (let turn = 0; turn < 10; turn++) await settle();
    expect(second.headers['x-call']).toBe(String((second.body as { call: number }).call));
  });

  it('keeps its entries from what a later interceptor, or the handler, changes', async () => {
    const { Aviary } = aviary();
    const { get } = await openSite({
      platform,
      controllers: [Aviary],
      prepare: (app) => app.useGlobalInterceptors(new Stamp()),
    });
    await get('/owls/stamped?a');
    expect((await get('/owls/stamped?a')).body).toEqual({ call: 0, seen: ['/owls/stamped?a'] });
    expect((await get('/owls/stamped?a')).body).toEqual({ call: 0, seen: ['/owls/stamped?a'] });
  });

  it('keeps the class of an answer, by which a later interceptor leaves secrets out', async () => {
    const { Aviary, state } = aviary();
    const { get } = await openSite({
      platform,
      controllers: [Aviary],
      prepare: (app) => app.useGlobalInterceptors(new Discreet()),
    });
    await get('/owls/owl');
    const hit = await get('/owls/owl');
    expect([hit.headers['x-cache'], hit.body, state.calls]).toEqual([
      'HIT',
      { name: 'ann', shout: 'ANN' },
      1,
    ]);
  });

  it('does not keep instances where the codec would make plain data of them', async () => {
    const said = warnings();
    const { Aviary, state } = aviary();
    const { get } = await openSite({
      platform,
      controllers: [Aviary],
      cache: { codec: 'json', store: 'map' },
      prepare: (app) => app.useGlobalInterceptors(new Discreet()),
    });
    await get('/owls/owl');
    expect((await get('/owls/owl')).body).toEqual({ name: 'ann', shout: 'ANN' });
    expect([state.calls, said.length]).toEqual([2, 1]);
  });

  it('echoes no key, and logs none', async () => {
    const said = warnings();
    const { Aviary } = aviary();
    const { get, caches } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls/keyed');
    const reply = await get('/owls/keyed');
    expect(reply.headers['x-cache']).toBe('HIT');
    expect(reply.headers['x-injected']).toBeUndefined();
    expect(await caches.get().delete('all owls\r\nX-Injected: 1')).toBe(true);
    expect((await get('/owls/failing-key')).status).toBe(200);
    expect(said.join()).not.toContain('secret');
  });

  it('leaves alone what says so', async () => {
    const { Aviary, state } = aviary();
    const { get } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls/never');
    await get('/owls/never');
    expect(state.calls).toBe(2);
  });

  it('forgets by tag', async () => {
    const { Aviary, state } = aviary();
    const { get, caches } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls/tagged');
    await caches.get().invalidateTags('owls');
    await get('/owls/tagged');
    expect(state.calls).toBe(2);
  });

  it('keeps nothing of a handler that was under way when its tag was invalidated', async () => {
    const { Aviary, state } = aviary();
    const { get, caches } = await openSite({ platform, controllers: [Aviary] });
    const { promise, resolve } = held<void>();
    state.wait = promise;
    const first = get('/owls/tagged');
    while (state.calls === 0) await settle();
    await caches.get().invalidateTags('owls');
    resolve();
    await first;
    await get('/owls/tagged');
    expect(state.calls).toBe(2);
  });

  it('forgets a path that a request has changed, where it is told to, and only then', async () => {
    const { Aviary, state } = aviary();
    const { get, ask } = await openSite({
      platform,
      controllers: [Aviary],
      http: { invalidateOnUnsafe: true },
    });
    await get('/owls/1?full=1');
    await get('/owls/2');
    await ask('/owls/1', { method: 'POST' });
    await get('/owls/1?full=1');
    expect(state.calls).toBe(2);
    await ask('/owls/1', { method: 'PUT' });
    await get('/owls/1?full=1');
    await get('/owls/2');
    expect(state.calls).toBe(3);
  });

  it('lets clients pass it by only where that is told', async () => {
    const { Aviary, state } = aviary();
    const { get } = await openSite({ platform, controllers: [Aviary] });
    await get('/owls');
    await get('/owls', { 'cache-control': 'no-cache' });
    expect(state.calls).toBe(1);
    const other = aviary();
    const obeying = await openSite({ platform, controllers: [other.Aviary], http: { obeyClients: true } });
    expect((await obeying.get('/owls', { 'cache-control': 'only-if-cached' })).status).toBe(504);
    await obeying.get('/owls');
    expect((await obeying.get('/owls', { 'cache-control': 'no-cache' })).body).toEqual({ call: 2 });
    expect((await obeying.get('/owls')).body).toEqual({ call: 2 });
    expect((await obeying.get('/owls', { 'cache-control': 'no-store' })).body).toEqual({ call: 3 });
    expect((await obeying.get('/owls', { 'cache-control': 'only-if-cached' })).body).toEqual({ call: 2 });
  });

  it('tells clients how long an answer is good, where it is told to', async () => {
    const { Aviary } = aviary();
    const { get } = await openSite({
      platform,
      controllers: [Aviary],
      http: { cacheControl: true, statusHeaders: false },
    });
    await get('/owls');
    const { headers } = await get('/owls');
    expect([headers['cache-control'], headers['x-cache'], headers['cache-status']]).toEqual([
      'public, max-age=60',
      undefined,
      undefined,
    ]);
    expect((await get('/owls', { authorization: 'x' })).headers['cache-control']).toBe('private, max-age=60');
  });
});
