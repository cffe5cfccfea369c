import { Controller, Get, Header, Query, UseInterceptors } from '@nestjs/common';
import { CacheInterceptor, CacheTTL } from 'nuthatch';
import { closeApps } from '../nest/open-app.js';
import { held } from '../support/caches.js';
import { arrivals, openSite, PLATFORMS } from './open-http.js';

afterEach(closeApps);

function books() {
  const calls = { list: 0, nothing: 0, wait: undefined as Promise<void> | undefined };
  @Controller('books')
  @UseInterceptors(CacheInterceptor)
  class Books {
    @Get()
    @CacheTTL('1m')
    async list(@Query() query: Record<string, string>) {
      calls.list += 1;
      await calls.wait;
      return { call: calls.list, query };
    }

    @Get('nothing')
    @Header('x-total-count', '0')
    nothing() {
      calls.nothing += 1;
      return null;
    }
  }
  return { Books, calls };
}

describe.each(PLATFORMS)('on %s, the interceptor', (platform) => {
  it('runs the handler once for twenty cold requests', async () => {
    const { Books, calls } = books();
    const site = await openSite({ platform, controllers: [Books] });
    const { get } = site;
    const { promise, resolve } = held<void>();
    calls.wait = promise;
    const come = arrivals(site, 20);
    const asked = Array.from({ length: 20 }, () => get('/books'));
    await come;
    resolve();
    const replies = await Promise.all(asked);
    const statuses = replies.map(({ headers }) => headers['cache-status']);
    expect(statuses.filter((status) => status === 'nuthatch; fwd=miss; stored')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'nuthatch; fwd=miss; collapsed')).toHaveLength(19);
    expect(calls.list).toBe(1);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    const again = await get('/books');
    expect(again.headers['x-cache']).toBe('HIT');
    expect(again.headers['cache-status']).toBe('nuthatch; hit; ttl=60');
    expect(again.headers['etag']).toMatch(/^W\/"/);
    expect(again.body).toEqual({ call: 1, query: {} });
  });

  it('keeps null', async () => {
    const { Books, calls } = books();
    const { get } = await openSite({ platform, controllers: [Books] });
    await get('/books/nothing');
    await get('/books/nothing');
    expect(calls.nothing).toBe(1);
  });

  it('answers 304 to who has it', async () => {
    const { Books, calls } = books();
    const { get } = await openSite({ platform, controllers: [Books] });
    const first = await get('/books');
    const etag = String(first.headers['etag']);
    const second = await get('/books', { 'if-none-match': etag });
    expect([second.status, second.text, calls.list]).toEqual([304, '', 1]);
  });

  it('does not care for the order of the query', async () => {
    const { Books, calls } = books();
    const { get } = await openSite({ platform, controllers: [Books] });
    await get('/books?b=2&a=1');
    expect((await get('/books?a=1&b=2')).body).toMatchObject({ call: 1 });
    expect(calls.list).toBe(1);
    await get('/books?a=2&b=1');
    expect(calls.list).toBe(2);
  });
});
