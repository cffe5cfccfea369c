import 'reflect-metadata';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type AdapterName, type ApplicationName, applications } from './applications.js';

// Written by served.ts, which is typed to pass these.
const [name, adapter] = process.argv.slice(2) as [ApplicationName, AdapterName];

async function adapterOf(which: AdapterName): Promise<AbstractHttpAdapter> {
  if (which === 'express') return new (await import('@nestjs/platform-express')).ExpressAdapter();
  return new (await import('@nestjs/platform-fastify')).FastifyAdapter();
}

const app = await NestFactory.create<NestExpressApplication>(applications[name], await adapterOf(adapter), {
  logger: ['error', 'warn'],
});
// A hash of each body would be most of what is measured.
if (adapter === 'express') app.set('etag', false);
await app.listen(0, '127.0.0.1');
process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.(process.cpuUsage()));
process.send?.(await app.getUrl());
