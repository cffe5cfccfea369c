import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Why there is no Redis, in words for whoever starts the demo. */
export class NoRedis extends Error {}

/** A Redis that answers. */
export interface RedisService {
  readonly url: string;
  /** Which one it is, without its password. */
  readonly description: string;
  close(): Promise<void>;
}

const STARTS_WITHIN_MS = 5000;

/** The Redis at the address, or one of our own where `redis-server` is on the PATH. @throws NoRedis */
export async function findRedis(url: string): Promise<RedisService> {
  const shown = withoutPassword(url);
  const failure = await failureOf(url);
  if (failure === undefined)
    return { url, description: `the Redis at ${shown}`, close: async () => undefined };
  const own = await startOwn();
  if (own !== undefined)
    return { ...own, description: `a Redis of its own at ${own.url}, since ${shown} does not answer` };
  throw new NoRedis(
    `it needs Redis, and ${shown} does not answer (${failure}): start one there, set REDIS_URL, or install redis-server`,
  );
}

async function startOwn(): Promise<Pick<RedisService, 'url' | 'close'> | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'departures-redis-'));
  const port = await freePort();
  const where = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const server = spawn('redis-server', [...where, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) =>
    server.once('error', () => resolve()).once('exit', () => resolve()),
  );
  const close = async (): Promise<void> => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `redis://127.0.0.1:${port}`;
  if (await answersSoon(url, server)) return { url, close };
  await close();
  return undefined;
}

async function answersSoon(url: string, server: ChildProcess): Promise<boolean> {
  // Whoever could not be started has no process.
  for (let waitedMs = 0; waitedMs < STARTS_WITHIN_MS && server.pid !== undefined; waitedMs += 50) {
    if (server.exitCode !== null) return false;
    if ((await failureOf(url)) === undefined) return true;
    await pause(50);
  }
  return false;
}

/** What is wrong with the Redis at an address. */
async function failureOf(url: string): Promise<string | undefined> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1000,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let heard: Error | undefined;
  client.on('error', (error) => (heard = error));
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    return (heard ?? (error as Error)).message;
  } finally {
    client.disconnect();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  // It listens on a port, so its address is not that of a pipe.
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
