import 'reflect-metadata';
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { CannotListen, listen } from './listen.js';
import { sharingOf } from './sharing.js';

const folder = process.env.DEPARTURES_DATA ?? '.departures';

const module = AppModule.forFolder(folder, sharingOf(process.env));
const app = await NestFactory.create<INestApplication<Server>>(module, {
  // An open stream of events must not keep the service from shutting down.
  forceCloseConnections: true,
  logger: ['error', 'warn'],
});
app.enableShutdownHooks();
try {
  const url = await listen(app, process.env.PORT ?? '3000');
  console.log(`Departures is on ${url}, its databases are in ${folder}; Ctrl-C stops it`);
  console.log(`Try: curl -i '${url}/routes?from=ABE&to=SFO', twice; ${url}/ in a browser lists the rest`);
} catch (error) {
  if (!(error instanceof CannotListen)) throw error;
  console.error(`Departures did not start: ${error.message}`);
  process.exitCode = 1;
  await app.close();
}
