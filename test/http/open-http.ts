import 'reflect-metadata';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CacheModule,
  type CacheModuleOptions,
  CacheManager,
  type HttpCacheOptions,
  httpCaching,
} from 'nuthatch';
import { FakeClock, settle } from 'nuthatch/testing';
import { closeAfterTest } from '../nest/open-app.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What came over the socket. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

/** An application that listens, and how it is asked. */
export interface Site {
  readonly app: INestApplication;
  readonly clock: FakeClock;
  readonly caches: CacheManager;
  readonly port: number;
  get(path: string, headers?: Readonly<Record<string, string | string[]>>): Promise<Reply>;
  ask(path: string, how?: Ask): Promise<Reply>;
}

export interface SiteOptions extends ModuleMetadata {
  readonly platform?: Platform;
  readonly cache?: CacheModuleOptions;
  readonly http?: HttpCacheOptions;
  /** Called before the application starts. */
  readonly prepare?: (app: INestApplication) => void;
}

/** Starts an application on a free port; it is closed after the test, and its clock stands still. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { platform = 'express', cache = {}, http = {}, prepare, ...metadata } = options;
  const clock = new FakeClock();
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [CacheModule.forRoot({ clock, ...cache }), ...(metadata.imports ?? [])],
    providers: [
      ...(cache.http === undefined ? [httpCaching({ clock, ...http })] : []),
      ...(metadata.providers ?? []),
    ],
  }).compile();
  const app = module.createNestApplication(
    platform === 'express' ? new ExpressAdapter() : new FastifyAdapter(),
    { logger: false, forceCloseConnections: true },
  );
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  closeAfterTest(app);
  const { port } = app.getHttpServer().address() as AddressInfo;
  const ask = (path: string, how: Ask = {}): Promise<Reply> => send(port, path, how);
  return {
    app,
    clock,
    port,
    caches: app.get(CacheManager),
    ask,
    get: (path, headers = {}) => ask(path, { headers }),
  };
}

/** Resolves when so many more requests have come to an application, and had their turn. */
export async function arrivals({ app }: Site, count: number): Promise<void> {
  let come = 0;
  await new Promise<void>((resolve) => {
    app.getHttpServer().on('request', () => {
      if (++come === count) resolve();
    });
  });
  for (let turn = 0; turn < 20; turn++) await settle();
}

function send(port: number, path: string, { method = 'GET', headers = {}, body }: Ask): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers,
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
      });
    });
    asked.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not every answer is JSON; its text is beside it.
    return undefined;
  }
}
