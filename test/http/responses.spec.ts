import {
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  Next,
  NotFoundException,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { CacheInterceptor, CacheResponse, CacheTTL } from 'nuthatch';
import { Readable } from 'node:stream';
import { of } from 'rxjs';
import { closeApps } from '../nest/open-app.js';
import { held } from '../support/caches.js';
import { arrivals, openSite, PLATFORMS } from './open-http.js';

afterEach(closeApps);

interface AnyReply {
  header(name: string, value: string | string[]): unknown;
  status(code: number): { send(body: unknown): unknown };
}

/** What one request makes the handler answer: a status, headers, and a body. */
type Script = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
};

function scripted() {
  const calls = { answer: 0, other: 0, wait: undefined as Promise<void> | undefined };
  @Controller()
  @UseInterceptors(CacheInterceptor)
  class Scripted {
    @Get('answer')
    async answer(@Query('script') text: string, @Res({ passthrough: true }) reply: AnyReply) {
      calls.answer += 1;
      const call = calls.answer;
      await calls.wait;
      const script = JSON.parse(text) as Script;
      if (script.status !== undefined) reply.status(script.status);
      for (const [name, value] of Object.entries(script.headers ?? {})) reply.header(name, value);
      return 'body' in script ? script.body : { call };
    }

    @Get('long')
    @CacheTTL('1h')
    long(@Res({ passthrough: true }) reply: AnyReply) {
      calls.answer += 1;
      reply.header('Cache-Control', 'max-age=5');
      return 'long';
    }

    @Get('stream')
    stream() {
      calls.other += 1;
      return new StreamableFile(Readable.from([Buffer.from(`stream ${calls.other}`)]));
    }

    @Get('itself')
    itself(@Res() reply: AnyReply) {
      calls.other += 1;
      setImmediate(() => reply.status(200).send({ call: calls.other }));
    }

    @Get('next')
    next(@Next() _next: unknown, @Res() reply: AnyReply) {
      calls.other += 1;
      setImmediate(() => reply.status(200).send({ call: calls.other }));
    }

    @Get('redirect')
    @Redirect('/elsewhere', 302)
    redirect() {
      calls.other += 1;
    }

    @Sse('events')
    events() {
      calls.other += 1;
      return of({ data: `event ${calls.other}` });
    }

    @Get('many')
    many() {
      calls.other += 1;
      return of('first', `last ${calls.other}`);
    }

    @Get('function')
    unserialisable() {
      calls.other += 1;
      return { call: calls.other, run: () => undefined };
    }

    @Get('gone')
    gone() {
      calls.other += 1;
      throw new NotFoundException(`gone ${calls.other}`);
    }

    @Get('empty')
    @HttpCode(204)
    empty() {
      calls.other += 1;
    }

    @Get('range')
    range(@Headers('range') range?: string) {
      calls.other += 1;
      return { range };
    }

    @Get('total')
    @CacheResponse({ headers: ['x-total-count', 'Set-Cookie'] })
    @Header('link', '</next>; rel=next')
    total(@Res({ passthrough: true }) reply: AnyReply) {
      calls.other += 1;
      reply.header('X-Total-Count', '12');
      reply.header('x-secret', 'not kept');
      return [1, 2];
    }

    @Get('host')
    host(@Req() request: { readonly headers: Record<string, unknown> }) {
      calls.other += 1;
      return { host: request.headers['host'] };
    }
  }
  return { Scripted, calls };
}

/** What becomes of a response, by its status and headers, for a request without and with credentials. */
const TABLE: readonly [status: number, headers: Record<string, string>, anyone: boolean, someone: boolean][] =
  [
    [200, {}, true, true],
    [200, { 'cache-control': 'public' }, true, true],
    [200, { 'cache-control': 'max-age=60' }, true, true],
    [200, { 'cache-control': 'MAX-AGE=60' }, true, true],
    [200, { 'cache-control': 'max-age="60"' }, true, true],
    [200, { 'cache-control': 'public, max-age=60' }, true, true],
    [200, { 'cache-control': 'public,max-age=60,,immutable' }, true, true],
    [200, { 'cache-control': 's-maxage=60' }, true, true],
    [200, { 'cache-control': 'max-age=0, s-maxage=60' }, false, false],
    [200, { 'cache-control': 's-maxage=0, max-age=60' }, false, false],
    [200, { 'cache-control': 'max-age=0' }, false, false],
    [200, { 'cache-control': 'max-age=-1' }, false, false],
    [200, { 'cache-control': 'max-age=1.5' }, false, false],
    [200, { 'cache-control': 'max-age=soon' }, false, false],
    [200, { 'cache-control': 'max-age' }, false, false],
    [200, { 'cache-control': 'max-age=' }, false, false],
    [200, { 'cache-control': 'max-age=60, max-age=60' }, true, true],
    [200, { 'cache-control': 'max-age=60, max-age=10' }, false, false],
    [200, { 'cache-control': 'max-age=99999999999999999999' }, true, true],
    [200, { 'cache-control': 'must-revalidate, max-age=60' }, true, true],
    [200, { 'cache-control': 'proxy-revalidate' }, true, true],
    [200, { 'cache-control': 'no-transform' }, true, true],
    [200, { 'cache-control': 'max-age=60, stale-while-revalidate=30, stale-if-error=300' }, true, true],
    [200, { 'cache-control': 'private' }, false, true],
    [200, { 'cache-control': 'Private' }, false, true],
    [200, { 'cache-control': 'private=""' }, false, true],
    [200, { 'cache-control': 'private="set-cookie, x"' }, false, true],
    [200, { 'cache-control': 'private, max-age=60' }, false, true],
    [200, { 'cache-control': 'public, private' }, false, true],
    [200, { 'cache-control': 'private="' }, false, false],
    [200, { 'cache-control': 'private=' }, false, false],
    [200, { 'cache-control': 'private; max-age=60' }, false, false],
    [200, { 'cache-control': 'no-store' }, false, false],
    [200, { 'cache-control': 'NO-STORE' }, false, false],
    [200, { 'cache-control': 'public, no-store' }, false, false],
    [200, { 'cache-control': 'max-age=60, no-store' }, false, false],
    [200, { 'cache-control': 'no-store=""' }, false, false],
    [200, { 'cache-control': 'private, no-store' }, false, false],
    [200, { 'cache-control': 'no-cache' }, false, false],
    [200, { 'cache-control': 'no-cache="set-cookie"' }, false, false],
    [200, { 'cache-control': 'no-cache, max-age=60' }, false, false],
    [200, { 'cache-control': 'privat' }, false, false],
    [200, { 'cache-control': 'must-understand, no-store' }, false, false],
    [200, { 'cache-control': 'max-age=60 public' }, false, false],
    [200, { 'cache-control': '=' }, false, false],
    [200, { 'cache-control': '"max-age=60"' }, false, false],
    [200, { 'cache-control': 'max-age=60, private="a\\"b"' }, false, true],
    [200, { 'cache-control': '@' }, false, false],
    [200, { pragma: 'no-cache' }, false, false],
    [200, { pragma: 'no-cache', 'cache-control': 'max-age=60' }, true, true],
    [200, { expires: 'Thu, 01 Jan 2026 01:00:00 GMT' }, true, true],
    [200, { expires: 'Thu, 01 Jan 2026 00:00:00 GMT' }, false, false],
    [200, { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }, false, false],
    [200, { expires: '0' }, false, false],
    [200, { expires: '0', 'cache-control': 'max-age=60' }, true, true],
    [200, { expires: 'Thu, 01 Jan 2026 01:00:00 GMT', 'cache-control': 'no-store' }, false, false],
    [200, { 'set-cookie': 'sid=1' }, false, false],
    [200, { 'set-cookie': 'sid=1', 'cache-control': 'public, max-age=60' }, false, false],
    [200, { vary: '*' }, false, false],
    [200, { vary: 'Accept, *' }, false, false],
    [200, { vary: 'Accept-Language' }, true, true],
    [200, { vary: 'Authorization' }, true, true],
    [200, { vary: 'Cookie' }, true, true],
    [200, { vary: 'accept-encoding, Accept-Language' }, true, true],
    [200, { vary: '' }, true, true],
    [201, {}, false, false],
    [202, { 'cache-control': 'max-age=60' }, false, false],
    [203, {}, false, false],
    [204, {}, false, false],
    [206, { 'cache-control': 'max-age=60' }, false, false],
    [301, { location: '/x', 'cache-control': 'max-age=60' }, false, false],
    [302, { location: '/x' }, false, false],
    [304, {}, false, false],
    [308, { location: '/x' }, false, false],
    [400, {}, false, false],
    [401, { 'cache-control': 'max-age=60' }, false, false],
    [403, {}, false, false],
    [404, { 'cache-control': 'max-age=60' }, false, false],
    [410, { 'cache-control': 'public, max-age=60' }, false, false],
    [429, {}, false, false],
    [500, { 'cache-control': 'max-age=60' }, false, false],
    [503, {}, false, false],
  ];

describe.each(PLATFORMS)('on %s, a response', (platform) => {
  it.each(TABLE)(
    'of %i with %j is kept for anyone: %s, for someone: %s',
    async (...[status, headers, anyone, someone]) => {
      const { Scripted, calls } = scripted();
      const { get } = await openSite({ platform, controllers: [Scripted] });
      const path = `/answer?script=${encodeURIComponent(JSON.stringify({ status, headers }))}`;
      for (const [credentials, isKept] of [
        [{}, anyone],
        [{ authorization: 'Bearer ann' }, someone],
      ] as const) {
        calls.answer = 0;
        const first = await get(path, credentials);
        const second = await get(path, credentials);
        expect(calls.answer).toBe(isKept ? 1 : 2);
        expect([first.status, second.status]).toEqual([status, status]);
        expect(second.headers['x-cache']).toBe(isKept ? 'HIT' : 'MISS');
        const kept = Object.entries(headers).filter(([name, value]) => value !== '' && name !== 'pragma');
        for (const [name, value] of kept) expect([second.headers[name]].flat().join()).toBe(value);
      }
    },
  );

  it('is kept as long as it says, unless a decorator says how long', async () => {
    const { Scripted, calls } = scripted();
    const { get, clock } = await openSite({ platform, controllers: [Scripted] });
    const path = `/answer?script=${encodeURIComponent(JSON.stringify({ headers: { 'cache-control': 's-maxage=5, max-age=90' } }))}`;
    await get(path);
    clock.advance('4s');
    const hit = await get(path);
    expect([hit.headers['age'], hit.headers['cache-status'], calls.answer]).toEqual([
      '4',
      'nuthatch; hit; ttl=1',
      1,
    ]);
    clock.advance('2s');
    await get(path);
    expect(calls.answer).toBe(2);
    await get('/long');
    clock.advance('50m');
    expect((await get('/long')).headers['x-cache']).toBe('HIT');
  });

  it.each(['a stream', 'itself', 'next', 'redirect', 'events', 'many', 'function', 'gone', 'empty'])(
    'is left alone that is %s',
    async (kind) => {
      const { Scripted, calls } = scripted();
      const { get } = await openSite({ platform, controllers: [Scripted] });
      const path = `/${kind === 'a stream' ? 'stream' : kind}`;
      const [first, second] = [await get(path), await get(path)];
      expect(calls.other).toBe(2);
      expect(second.status).toBe(first.status);
      expect(first.text.replace(/(?<!id: )1/, '2')).toBe(second.text);
      expect(second.headers['x-cache']).not.toBe('HIT');
    },
  );

  it('comes back with the headers that are kept, and no others', async () => {
    const { Scripted } = scripted();
    const { get } = await openSite({ platform, controllers: [Scripted] });
    const first = await get('/total');
    expect(first.headers['x-secret']).toBe('not kept');
    const second = await get('/total');
    expect(second.headers).toMatchObject({
      'x-cache': 'HIT',
      'x-total-count': '12',
      link: '</next>; rel=next',
    });
    expect(second.headers['x-secret']).toBeUndefined();
  });

  it('is told from others by the headers that it varies on', async () => {
    const { Scripted, calls } = scripted();
    const { get } = await openSite({ platform, controllers: [Scripted] });
    const path = `/answer?script=${encodeURIComponent(JSON.stringify({ headers: { vary: 'Accept-Language' } }))}`;
    const languages = ['en', 'de', 'en', 'de', 'fr', 'en'];
    for (const language of languages) await get(path, { 'accept-language': language });
    expect(calls.answer).toBe(3);
    expect((await get(path, { 'accept-language': 'de' })).body).toEqual({ call: 2 });
    expect((await get(path)).body).toEqual({ call: 4 });
  });

  it('that varies is made once for all who send the same', async () => {
    const { Scripted, calls } = scripted();
    const site = await openSite({ platform, controllers: [Scripted] });
    const { get } = site;
    const path = `/answer?script=${encodeURIComponent(JSON.stringify({ headers: { vary: 'Accept-Language' } }))}`;
    const { promise, resolve } = held<void>();
    calls.wait = promise;
    const come = arrivals(site, 20);
    const asked = Array.from({ length: 20 }, (_, turn) =>
      get(path, { 'accept-language': turn % 2 ? 'en' : 'de' }),
    );
    await come;
    resolve();
    await Promise.all(asked);
    expect(calls.answer).toBe(2);
  });

  it.each([
    ['range', { range: 'bytes=0-1' }],
    ['method-override', { 'x-http-method-override': 'DELETE' }],
  ])('is not asked of the cache with %s', async (detail, headers) => {
    const { Scripted } = scripted();
    const { get } = await openSite({ platform, controllers: [Scripted] });
    await get('/range');
    expect((await get('/range', headers)).headers['cache-status']).toBe(
      `nuthatch; fwd=bypass; detail=${detail}`,
    );
  });

  it('to a GET with a body is made for it alone', async () => {
    const { Scripted } = scripted();
    const { ask } = await openSite({ platform, controllers: [Scripted] });
    const reply = await ask('/range', {
      body: '{}',
      headers: { 'content-length': '2', 'content-type': 'application/json' },
    });
    expect(reply.headers['cache-status']).toBe('nuthatch; fwd=bypass; detail=body');
  });

  it('to a HEAD comes from what a GET has left, and leaves nothing', async () => {
    const { Scripted, calls } = scripted();
    const { ask, get } = await openSite({ platform, controllers: [Scripted] });
    await ask('/total', { method: 'HEAD' });
    await get('/total');
    expect(calls.other).toBe(2);
    const head = await ask('/total', { method: 'HEAD' });
    expect([head.headers['x-cache'], head.headers['x-total-count'], head.text, calls.other]).toEqual([
      'HIT',
      '12',
      '',
      2,
    ]);
  });

  it('belongs to its host, where that is told', async () => {
    const { Scripted } = scripted();
    const { get } = await openSite({ platform, controllers: [Scripted], http: { host: true } });
    await get('/host', { host: 'one.example' });
    expect((await get('/host', { host: 'two.example' })).body).toEqual({ host: 'two.example' });
    expect((await get('/host', { host: 'one.example' })).headers['x-cache']).toBe('HIT');
  });
});
