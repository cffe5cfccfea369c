import {
  type CanActivate,
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  type NestInterceptor,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { jest } from '@jest/globals';
import { CacheInterceptor, CacheResponse, CacheTTL } from 'nuthatch';
import { settle } from 'nuthatch/testing';
import { type IncomingMessage, request } from 'node:http';
import { Observable } from 'rxjs';
import { closeApps } from '../nest/open-app.js';
import { held } from '../support/caches.js';
import { arrivals, openSite, PLATFORMS, type Site } from './open-http.js';

afterEach(closeApps);
afterEach(() => jest.restoreAllMocks());

interface Asked {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly raw?: IncomingMessage;
  user?: unknown;
  tenantId?: unknown;
}

/** Sets what it is told to by a header that is no credential by its name, as a gateway of one's own may. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const asked = context.switchToHttp().getRequest<Asked>();
    const said = asked.headers['x-said'];
    if (said !== undefined) Object.assign(asked, JSON.parse(said));
    return true;
  }
}

/** Stands after the cache, and tells only then who asks. */
@Injectable()
class LateUser implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const asked = context.switchToHttp().getRequest<Asked>();
    asked.user = { id: asked.headers['x-who'] };
    return next.handle();
  }
}

function target() {
  const calls = { count: 0, wait: undefined as Promise<void> | undefined, started: 0 };
  @Controller()
  @UseGuards(HeaderGuard)
  @UseInterceptors(CacheInterceptor)
  @CacheTTL('1m')
  class Target {
    @Get('page')
    @CacheResponse({ query: { only: ['page'] } })
    page(@Query() query: Record<string, unknown>) {
      calls.count += 1;
      return { page: query['page'] };
    }

    @Get('list')
    list(@Query() query: Record<string, unknown>) {
      calls.count += 1;
      return { query };
    }

    @Get('site')
    site(@Req() asked: Asked & { readonly hostname: string }) {
      return { site: asked.headers['host'], seen: asked.hostname };
    }

    @Get('late')
    @UseInterceptors(LateUser)
    late(@Req() asked: Asked) {
      return { user: asked.user };
    }

    @Get('me')
    me(@Req() { user, tenantId }: Asked) {
      calls.count += 1;
      return { user, tenantId };
    }

    @Get('aborts')
    async aborts(@Req() asked: Asked) {
      calls.started += 1;
      const socket = (asked.raw ?? (asked as unknown as IncomingMessage)).socket;
      const gone = new Promise<never>((_, reject) => {
        socket.once('close', () => reject(new Error('the client has gone')));
      });
      await Promise.race([calls.wait, gone]);
      return { started: calls.started };
    }

    @Get('slow')
    async slow() {
      calls.started += 1;
      await calls.wait;
      return { started: calls.started };
    }

    @Get('cookie')
    cookie(@Res({ passthrough: true }) reply: object) {
      calls.count += 1;
      // As @fastify/cookie does, which sends them only when the answer is sent.
      const cookies = Symbol('fastify.reply.setCookies');
      Object.assign(reply, { [cookies]: new Map([['sid', { value: '1' }]]) });
      return { call: calls.count };
    }

    @Post('search')
    search() {
      calls.count += 1;
      return { call: calls.count };
    }
  }
  return { Target, calls };
}

describe.each(PLATFORMS)('on %s, an attacker', (platform) => {
  const extended = (app: unknown): void => {
    if (platform === 'express') (app as NestExpressApplication).set('query parser', 'extended');
  };

  it('gets nothing kept for others by writing a parameter as an array or in brackets', async () => {
    const { Target } = target();
    const { get } = await openSite({ platform, controllers: [Target], prepare: extended });
    for (const query of ['page[]=evil', '[page]=evil', 'page%5B0%5D=evil', '%70age=evil']) {
      await get(`/page?${query}`);
      expect((await get('/page')).text).not.toContain('evil');
      expect((await get('/page?page=1')).body).toEqual({ page: '1' });
    }
  });

  it.each([
    ['/list?[a]=1&a=2', '/list?a=2&[a]=1'],
    ['/list?x=1#&y=2', '/list?y=2&x=1#'],
    ['/list?a=1&a=2', '/list?a=2&a=1'],
    ['/list?__proto__[a]=1', '/list?__proto__[b]=1'],
    ['/list?a=%2e', '/list?a=%2E%2e'],
    ['/list;a', '/list'],
    ['//list', '/list'],
    ['/list/', '/list'],
  ])('gives %s no entry of %s', async (one, other) => {
    const { Target } = target();
    const { get } = await openSite({ platform, controllers: [Target], prepare: extended });
    await get(one);
    expect((await get(other)).headers['x-cache']).not.toBe('HIT');
  });

  it('gives no other host what he has asked for by his', async () => {
    const { Target } = target();
    const { get } = await openSite({ platform, controllers: [Target] });
    await get('/site', { host: 'evil.example' });
    expect((await get('/site', { host: 'shop.example' })).body).toMatchObject({ site: 'shop.example' });
  });

  it('leaves no entry to everybody by an interceptor that tells late who asks', async () => {
    const { Target } = target();
    const { get } = await openSite({ platform, controllers: [Target] });
    await get('/late', { 'x-who': 'ann' });
    expect((await get('/late', { 'x-who': 'ben' })).body).toEqual({ user: { id: 'ben' } });
  });

  it.each([
    [{ user: { id: 1, tenant: { slug: 'a' } } }, { user: { id: 1, tenant: { slug: 'b' } } }],
    [
      { user: true, tenantId: 'a' },
      { user: true, tenantId: 'b' },
    ],
    [
      { user: false, tenantId: 'a' },
      { user: false, tenantId: 'b' },
    ],
    [{ user: { id: null, name: 'a' } }, { user: { id: null, name: 'b' } }],
    [{ user: { id: true, name: ['a'] } }, { user: { id: true, name: [['b']] } }],
    [{ user: { id: '1' } }, { user: { id: 1 } }],
    [{ currentUser: { id: 1 } }, { currentUser: { id: 2 } }],
  ])('who is %j gets nothing of %j', async (one, other) => {
    const { Target, calls } = target();
    const { get } = await openSite({ platform, controllers: [Target] });
    await get('/me', { 'x-said': JSON.stringify(one) });
    await get('/me', { 'x-said': JSON.stringify(other) });
    expect(calls.count).toBe(2);
  });

  it('who goes away leaves their answer to those who wait for it', async () => {
    const { Target, calls } = target();
    const site = await openSite({ platform, controllers: [Target] });
    for (const path of ['/slow', '/aborts']) {
      const { promise, resolve } = held<void>();
      Object.assign(calls, { wait: promise, started: 0 });
      const leave = leaving(site, path);
      while (calls.started === 0) await settle();
      const come = arrivals(site, 2);
      const waiting = [site.get(path), site.get(path)];
      await come;
      await leave();
      for (let turn = 0; turn < 20; turn++) await settle();
      resolve();
      expect((await Promise.all(waiting)).map(({ body }) => body)).toEqual(
        Array(2).fill({ started: path === '/slow' ? 1 : 2 }),
      );
    }
  });

  it('runs a handler once behind two interceptors of the same kind', async () => {
    const { Target, calls } = target();
    const { get } = await openSite({
      platform,
      controllers: [Target],
      providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
    });
    expect((await get('/me')).headers['cache-status']).toBe('nuthatch; fwd=miss; stored');
    expect((await get('/me')).headers['x-cache']).toBe('HIT');
    expect(calls.count).toBe(1);
  }, 8000);

  if (platform === 'fastify')
    it('gets no cookie kept that is set when the answer is sent', async () => {
      const { Target, calls } = target();
      const { get } = await openSite({ platform, controllers: [Target] });
      await get('/cookie');
      await get('/cookie');
      expect(calls.count).toBe(2);
    });

  it('writes no credential of his URL into a key', async () => {
    const { Target } = target();
    const { get, caches } = await openSite({ platform, controllers: [Target] });
    await get('/list?api_key=hunter2&page=1');
    await get(`/list?api_key=hunter3&${'x=1&'.repeat(150)}`);
    expect((await get('/list?api_key=hunter2&page=1')).headers['x-cache']).toBe('HIT');
    expect([...caches.get().keys()].join()).not.toMatch(/hunter/);
  });
});

/** Asks, and goes away when it is told to. */
function leaving({ port }: Site, path: string): () => Promise<void> {
  const asked = request({ host: '127.0.0.1', port, path, agent: false });
  const gone = new Promise<void>((resolve) => asked.on('error', () => resolve()));
  asked.end();
  return async () => {
    asked.destroy();
    await gone;
  };
}
