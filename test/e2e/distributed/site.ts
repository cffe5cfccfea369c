import 'reflect-metadata';
import { Controller, Get, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { CacheInterceptor, CacheModule } from 'nuthatch';
import type { SharedTierFactory } from 'nuthatch/engine';
import type { AddressInfo } from 'node:net';

/** An application that answers over HTTP. */
export interface Site {
  get(path: string): Promise<{ readonly status: number; readonly text: string; readonly tookMs: number }>;
  /** How often its handler has run. */
  runs(): number;
  close(): Promise<void>;
}

/** Starts an application on a free port whose responses are cached in a shared tier. */
export async function openSite(sharedTier: SharedTierFactory): Promise<Site> {
  let runs = 0;

  @Controller('birds')
  @UseInterceptors(CacheInterceptor)
  class BirdsController {
    @Get(':id')
    find(@Param('id') id: string): string {
      runs += 1;
      return `bird ${id}`;
    }
  }

  @Module({ imports: [CacheModule.forRoot({ sharedTier, ttl: '1m' })], controllers: [BirdsController] })
  class SiteModule {}

  const app = await NestFactory.create(SiteModule, new ExpressAdapter(), {
    logger: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  // It listens on TCP.
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    get: async (path) => {
      const startedAt = performance.now();
      const reply = await fetch(`http://127.0.0.1:${port}${path}`);
      const text = await reply.text();
      return { status: reply.status, text, tookMs: performance.now() - startedAt };
    },
    runs: () => runs,
    close: () => app.close(),
  };
}
