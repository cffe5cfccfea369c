import { Controller, Get, Inject, Module, Param, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Cache } from '@nestjs/cache-manager';
import type { Face } from './face.js';

/** An application that caches every handler that it has, and finds its cache by the class. */
export function aboutOf({ Cache: CacheToken, CacheInterceptor, CacheModule }: Face): Type<unknown> {
  @Controller('about')
  class AboutController {
    private runs = 0;

    constructor(@Inject(CacheToken) private readonly cache: Cache) {}

    @Get('page/:name')
    page(@Param('name') name: string): unknown {
      return { run: ++this.runs, name };
    }

    @Get('forget/:name')
    async forget(@Param('name') name: string): Promise<boolean> {
      return this.cache.del(`/about/page/${name}`);
    }
  }

  @Module({
    imports: [CacheModule.register({ ttl: 60_000 })],
    controllers: [AboutController],
    providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }],
  })
  class AboutModule {}
  return AboutModule;
}
