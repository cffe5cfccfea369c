import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const folder = process.env.DEPARTURES_DATA ?? '.departures';
const port = Number(process.env.PORT ?? 3000);

// An open stream of events must not keep the service from shutting down.
const app = await NestFactory.create(AppModule.forFolder(folder), {
  forceCloseConnections: true,
  logger: ['error', 'warn'],
});
app.enableShutdownHooks();
await app.listen(port);
console.log(`Departures is on http://localhost:${port}, its databases are in ${folder}; Ctrl-C stops it`);
