import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type AdapterName, type ApplicationName, applications } from './applications.js';

// Written by served.ts, which is typed to pass these.
const [name, adapter] = process.argv.slice(2) as [ApplicationName, AdapterName];

/** Without ETags: a hash of each body would be most of what is measured. */
function adapterOf(which: AdapterName): ExpressAdapter | FastifyAdapter {
  return which === 'express' ? new ExpressAdapter() : new FastifyAdapter();
}

const app = await NestFactory.create<NestExpressApplication>(applications[name], adapterOf(adapter), {
  logger: ['error', 'warn'],
});
if (adapter === 'express') app.set('etag', false);
await app.listen(0, '127.0.0.1');
process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.(process.cpuUsage()));
process.send?.(await app.getUrl());
