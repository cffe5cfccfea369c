// A user's application, compiled against the installed package and driven over HTTP: see scripts/check-package.mjs.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Controller, Get, Injectable, Module, Param, Post, Req, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Cacheable, CacheEvict, cacheKey, CacheInterceptor, CacheModule, NoCache } from 'nuthatch';
import * as compat from 'nuthatch/compat';
import { sqlite } from 'nuthatch/sqlite';

interface Bird {
  readonly id: string;
  readonly read: number;
}

@Injectable()
class Birds {
  reads = 0;

  @Cacheable({ key: (id: string) => cacheKey('bird', id), ttl: '1m' })
  async find(id: string): Promise<Bird> {
    await Promise.resolve();
    return { id, read: ++this.reads };
  }

  @CacheEvict({ key: (id: string) => cacheKey('bird', id) })
  async remove(_id: string): Promise<void> {
    await Promise.resolve();
  }
}

interface Request {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

@Controller()
@UseInterceptors(CacheInterceptor)
class Board {
  calls = 0;

  constructor(private readonly birds: Birds) {}

  @NoCache()
  @Get('birds/:id')
  async bird(@Param('id') id: string): Promise<Bird> {
    return this.birds.find(id);
  }

  @Post('birds/:id/remove')
  async remove(@Param('id') id: string): Promise<void> {
    return this.birds.remove(id);
  }

  @Get('board')
  async board(): Promise<{ calls: number }> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { calls: ++this.calls };
  }

  @Get('me')
  async me(@Req() request: Request): Promise<{ who: string | undefined }> {
    return { who: request.headers['authorization'] };
  }
}

@Controller('old')
@UseInterceptors(compat.CacheInterceptor)
class OldBoard {
  calls = 0;

  @Get()
  async board(): Promise<{ calls: number }> {
    return { calls: ++this.calls };
  }
}

@Module({ imports: [compat.CacheModule.register({ ttl: 60_000 })], controllers: [OldBoard] })
class OldModule {}

@Module({
  imports: [
    CacheModule.forRoot({ ttl: '1m', store: sqlite({ file: process.argv[3] ?? ':memory:' }) }),
    OldModule,
  ],
  providers: [Birds],
  controllers: [Board],
})
class AppModule {}

const adapters = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() };

async function main(adapter: keyof typeof adapters): Promise<void> {
  const app = await NestFactory.create(AppModule, adapters[adapter](), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  try {
    await drive(await app.getUrl());
  } finally {
    await app.close();
  }
  console.log(`driven over HTTP: ${adapter}`);
}

async function drive(url: string): Promise<void> {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers });
  const json = async (path: string, headers?: Record<string, string>): Promise<unknown> =>
    (await get(path, headers)).json();

  const together = await Promise.all(Array.from({ length: 20 }, () => json('/board')));
  assert.deepEqual(together, Array(20).fill({ calls: 1 }), 'the handler runs once for twenty');

  const hit = await get('/board');
  assert.equal(hit.headers.get('x-cache'), 'HIT');
  const etag = hit.headers.get('etag');
  assert.ok(etag);
  // Without a header of its own, fetch says that it wants no cached answer.
  const revalidating = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
  assert.equal((await get('/board', revalidating)).status, 304);

  for (const who of ['Bearer alice', 'Bearer bob', 'Bearer alice'])
    assert.deepEqual(await json('/me', { authorization: who }), { who }, 'nobody sees what is another’s');

  assert.deepEqual(
    [await json('/birds/owl'), await json('/birds/owl')],
    Array(2).fill({ id: 'owl', read: 1 }),
  );
  await fetch(`${url}/birds/owl/remove`, { method: 'POST' });
  assert.deepEqual(await json('/birds/owl'), { id: 'owl', read: 2 }, 'what is evicted is read again');

  assert.deepEqual([await json('/old'), await json('/old')], Array(2).fill({ calls: 1 }));
}

const [adapter = 'express'] = process.argv.slice(2);
if (adapter !== 'express' && adapter !== 'fastify') throw new Error(`express or fastify, got ${adapter}`);
main(adapter).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
