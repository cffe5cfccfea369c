import {
  Body,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Injectable,
  Post,
  Req,
  Scope,
  UseInterceptors,
  type Type,
  VersioningType,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CacheInterceptor, CacheResponse, CacheTTL, NoCache } from 'nuthatch';
import { settle } from 'nuthatch/testing';
import { AsyncLocalStorage } from 'node:async_hooks';
import { closeApps } from '../nest/open-app.js';
import { held } from '../support/caches.js';
import { arrivals, openSite, PLATFORMS } from './open-http.js';

afterEach(closeApps);

const scope = new AsyncLocalStorage<string>();

/** Runs each request in a scope of its own, that of its header `x-scope`. */
function scoped(app: { use(middleware: unknown): unknown }): void {
  app.use((request: { headers: Record<string, string> }, _response: unknown, next: () => void) => {
    scope.run(request.headers['x-scope'] ?? 'none', next);
  });
}

@Injectable()
class Posts extends CacheInterceptor {
  protected override readonly allowedMethods = ['GET', 'POST'];

  protected override trackBy(context: ExecutionContext): string | undefined | Promise<string | undefined> {
    const { method, body } = context.switchToHttp().getRequest<{ method: string; body?: unknown }>();
    return method === 'POST' ? `search ${JSON.stringify(body)}` : super.trackBy(context);
  }
}

function zoo() {
  const state = { calls: 0, made: 0, wait: undefined as Promise<void> | undefined };

  @Controller('zoo')
  @CacheTTL('1m')
  class Zoo {
    @Get()
    list() {
      state.calls += 1;
      return { call: state.calls };
    }

    @Get('never')
    @NoCache()
    never() {
      state.calls += 1;
      return { call: state.calls };
    }

    @Post('search')
    @UseInterceptors(Posts)
    search(@Body() body: unknown) {
      state.calls += 1;
      return { body, call: state.calls };
    }

    @Get(':id')
    @UseInterceptors(CacheInterceptor)
    async one(@Req() request: { readonly url: string }) {
      state.calls += 1;
      await state.wait;
      return { url: request.url, scope: scope.getStore() };
    }
  }

  @Controller({ path: 'scoped', scope: Scope.REQUEST })
  @UseInterceptors(CacheInterceptor)
  class Scoped {
    readonly number = ++state.made;

    @Get()
    get(@Req() request: { readonly headers: Record<string, string> }) {
      state.calls += 1;
      return { number: this.number, who: request.headers['authorization'] };
    }
  }

  @Controller('refreshed')
  @UseInterceptors(CacheInterceptor)
  class Refreshed {
    @Get()
    @Header('Cache-Control', 'max-age=60, stale-while-revalidate=600')
    @CacheResponse({ tags: ['zoo'] })
    async get() {
      state.calls += 1;
      const call = state.calls;
      await state.wait;
      return { call };
    }
  }
  return { controllers: [Zoo, Scoped, Refreshed], state };
}

/** Controllers that only their version tells apart. */
function versioned(version: string): Type {
  @Controller({ path: 'birds', version })
  @UseInterceptors(CacheInterceptor)
  class Birds {
    @Get()
    get() {
      return { version };
    }
  }
  return Birds;
}

describe.each(PLATFORMS)('on %s, the interceptor', (platform) => {
  it('serves all routes as APP_INTERCEPTOR, but those that say no', async () => {
    const { controllers, state } = zoo();
    const providers = [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }];
    const { get } = await openSite({ platform, controllers, providers });
    expect([(await get('/zoo')).body, (await get('/zoo')).body]).toEqual([{ call: 1 }, { call: 1 }]);
    expect([(await get('/zoo/never')).body, (await get('/zoo/never')).body]).toEqual([
      { call: 2 },
      { call: 3 },
    ]);
    expect((await get('/nowhere')).status).toBe(404);
    expect(state.calls).toBe(3);
  });

  it('gives no version of a handler the entry of another, by a header', async () => {
    const { get } = await openSite({
      platform,
      controllers: [versioned('1'), versioned('2')],
      prepare: (app) => app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    });
    for (let round = 0; round < 2; round++)
      for (const version of ['1', '2']) {
        const reply = await get('/birds', { 'x-version': version });
        expect([reply.body, reply.headers['x-cache']]).toEqual([{ version }, round === 0 ? 'MISS' : 'HIT']);
      }
  });

  it('runs a load that had to queue in the scope of its own request', async () => {
    const { controllers, state } = zoo();
    const site = await openSite({ platform, controllers, cache: { maxLoads: 1 }, prepare: scoped });
    const { promise, resolve } = held<void>();
    state.wait = promise;
    const come = arrivals(site, 3);
    const asked = ['ann', 'ben', 'cat'].map((who) => site.get(`/zoo/${who}`, { 'x-scope': who }));
    await come;
    expect(state.calls).toBe(1);
    resolve();
    expect((await Promise.all(asked)).map(({ body }) => (body as { scope: string }).scope)).toEqual([
      'ann',
      'ben',
      'cat',
    ]);
  });

  it('keeps answers of controllers that are made for each request', async () => {
    const { controllers, state } = zoo();
    const { get } = await openSite({ platform, controllers });
    expect((await get('/scoped', { authorization: 'ann' })).body).toMatchObject({ who: 'ann' });
    expect((await get('/scoped', { authorization: 'ben' })).body).toMatchObject({ who: 'ben' });
    expect((await get('/scoped', { authorization: 'ann' })).headers['x-cache']).toBe('HIT');
    expect(state.calls).toBe(2);
  });

  it('keeps by their bodies what a subclass says', async () => {
    const { controllers, state } = zoo();
    const { ask } = await openSite({ platform, controllers, http: { statuses: [201] } });
    const search = (name: string) =>
      ask('/zoo/search', {
        method: 'POST',
        body: JSON.stringify({ name }),
        headers: { 'content-type': 'application/json' },
      });
    expect([(await search('owl')).body, (await search('owl')).body]).toEqual(
      Array(2).fill({ body: { name: 'owl' }, call: 1 }),
    );
    expect((await search('jay')).body).toEqual({ body: { name: 'jay' }, call: 2 });
    expect(state.calls).toBe(2);
  });

  it('keeps nothing of a refresh that was under way when its tag was invalidated', async () => {
    const { controllers, state } = zoo();
    const { get, caches, clock } = await openSite({ platform, controllers });
    await get('/refreshed');
    clock.advance('2m');
    const { promise, resolve } = held<void>();
    state.wait = promise;
    expect((await get('/refreshed')).body).toEqual({ call: 1 });
    while (state.calls < 2) await settle();
    await caches.get().invalidateTags('zoo');
    resolve();
    for (let turn = 0; turn < 20; turn++) await settle();
    expect((await get('/refreshed')).body).toEqual({ call: 3 });
  });

  it('is told by CacheModule.forRoot what holds for all routes', async () => {
    const { controllers } = zoo();
    const { get } = await openSite({ platform, controllers, cache: { http: { statusHeaders: false } } });
    expect((await get('/zoo/1')).headers['x-cache']).toBeUndefined();
  });
});
