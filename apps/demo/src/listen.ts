import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';

/** Why nobody can be served, in words for whoever starts the service. */
export class CannotListen extends Error {}

/** Listens on a port, 0 for any that is free, and answers the address. @throws CannotListen, which says what to do instead. */
export async function listen(app: INestApplication<Server>, port: string): Promise<string> {
  await app.init();
  // Not app.listen(), which logs the error of the socket before anybody can say it better.
  const server = app.getHttpServer();
  try {
    await once(server.listen(Number(port)), 'listening');
  } catch (error) {
    throw new CannotListen(adviceOn(error, port), { cause: error });
  }
  // It listens on a port, so its address is not that of a pipe.
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

function adviceOn(error: unknown, port: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const instead = 'PORT=3001 npm run demo:serve';
  if (code === 'EADDRINUSE')
    return `port ${port} is taken: stop what listens there, or choose another, such as ${otherThan(port)}`;
  if (code === 'EACCES')
    return `port ${port} is not for everybody: choose one above 1023, such as ${instead}`;
  if (code === 'ERR_SOCKET_BAD_PORT')
    return `PORT must be a number from 0 to 65535, got ${JSON.stringify(port)}; try ${instead}`;
  return `cannot listen on port ${port}: ${String(error)}`;
}

function otherThan(port: string): string {
  return `PORT=${Number(port) === 65_535 ? 3000 : Number(port) + 1} npm run demo:serve`;
}
