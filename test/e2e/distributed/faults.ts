import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../support/redis-servers.js';
import { type Ailment, Proxy, startStranger } from './proxy.js';

/** Something that is wrong with Redis, or the way to it. */
export interface Fault {
  readonly url: string;
  /** Left out where it never ends. */
  readonly heal?: () => Promise<void>;
  /** Frees what it has taken. */
  readonly end?: () => Promise<void>;
}

/** A fault that begins when caches are open. */
export interface LaterFault extends Fault {
  readonly begin: () => Promise<void>;
  /** Whether it strikes every cache, and not only the one whose way it is on. */
  readonly isSeenByAll: boolean;
}

const nowhere = 'redis://127.0.0.1:1';

async function absent(): Promise<Fault> {
  const server = await startRedis();
  await server.kill();
  return { url: server.url, heal: () => server.restart() };
}

async function frozen(): Promise<Fault> {
  const server = await startRedis();
  server.pause();
  return { url: server.url, heal: async () => server.resume() };
}

/** The one client that is let in is the test's. */
async function refusing(server: RedisServer): Promise<LaterFault> {
  const control = new Redis(server.url);
  control.on('error', () => undefined);
  await control.ping();
  return {
    url: server.url,
    isSeenByAll: true,
    begin: async () => {
      await control.config('SET', 'maxclients', '1');
      await control.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    heal: async () => void (await control.config('SET', 'maxclients', '1000')),
    end: async () => control.disconnect(),
  };
}

async function outOfMemory(server: RedisServer): Promise<LaterFault> {
  return {
    url: server.url,
    isSeenByAll: true,
    begin: async () => void (await server.cli('config', 'set', 'maxmemory', '1')),
    heal: async () => void (await server.cli('config', 'set', 'maxmemory', '0')),
  };
}

/** Of a master that nobody finds, so that it keeps what it has. */
async function replica(server: RedisServer): Promise<LaterFault> {
  return {
    url: server.url,
    isSeenByAll: true,
    begin: async () => void (await server.cli('replicaof', '127.0.0.1', '1')),
    heal: async () => void (await server.cli('replicaof', 'no', 'one')),
  };
}

async function restarted(server: RedisServer): Promise<LaterFault> {
  return { url: server.url, isSeenByAll: true, begin: () => server.kill(), heal: () => server.restart() };
}

async function paused(server: RedisServer): Promise<LaterFault> {
  return {
    url: server.url,
    isSeenByAll: true,
    begin: async () => server.pause(),
    heal: async () => server.resume(),
  };
}

/** Begins at once, with a server of its own. */
async function atOnce(later: (server: RedisServer) => Promise<LaterFault>): Promise<Fault> {
  const fault = await later(await startRedis());
  await fault.begin();
  return fault;
}

async function onTheWay(ailment: Ailment, server: RedisServer): Promise<LaterFault> {
  const proxy = await Proxy.before(server.port);
  return {
    url: proxy.url,
    isSeenByAll: false,
    begin: async () => void (proxy.ailment = ailment),
    heal: async () => proxy.heal(),
    end: async () => proxy.end(),
  };
}

const ailing =
  (ailment: Ailment) =>
  (server: RedisServer): Promise<LaterFault> =>
    onTheWay(ailment, server);

async function wrongPassword(): Promise<Fault> {
  const { port } = await startRedis({ args: ['--requirepass', 'right'] });
  return { url: `redis://:wrong@127.0.0.1:${port}` };
}

/** What does not know a command of Redis. */
async function stranger(): Promise<Fault> {
  const { url, end } = await startStranger((command) => `-ERR unknown command '${command}'\r\n`);
  return { url, end: async () => end() };
}

/** What says that it is a Redis of long ago. */
async function ancient(): Promise<Fault> {
  const info = '# Server\r\nredis_version:2.8.24\r\nrun_id:0123456789abcdef\r\nloading:0\r\nrole:master\r\n';
  const hello = '*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n2.8.24\r\n';
  const { url, end } = await startStranger((command) => {
    if (command === 'info') return `$${info.length}\r\n${info}\r\n`;
    return command === 'hello' ? hello : `-ERR unknown command '${command}'\r\n`;
  });
  return { url, end: async () => end() };
}

const SLOW: Ailment = { kind: 'slow', delayMs: 1000 };

/** Everything that may be wrong when a cache is opened. */
export const FAULTS_AT_START: readonly (readonly [name: string, start: () => Promise<Fault>])[] = [
  ['absent', absent],
  ['frozen', frozen],
  ['has no room for a client', () => atOnce(refusing)],
  ['out of memory', () => atOnce(outOfMemory)],
  ['a replica', () => atOnce(replica)],
  ['wants another password', wrongPassword],
  ['knows no command', stranger],
  ['of another age', ancient],
  ['behind a name that there is not', async () => ({ url: 'redis://host.invalid:6379' })],
  ['nothing listens', async () => ({ url: nowhere })],
  ['half open', () => atOnce(ailing({ kind: 'halfOpen' }))],
  ['slow', () => atOnce(ailing(SLOW))],
  ['resets connections in the middle of answers', () => atOnce(ailing({ kind: 'reset' }))],
  ['cuts answers', () => atOnce(ailing({ kind: 'truncated' }))],
];

/** Everything that may go wrong while it is open. */
export const FAULTS_WHILE_OPEN: readonly (readonly [
  name: string,
  start: (server: RedisServer) => Promise<LaterFault>,
])[] = [
  ['killed, and back without its keys', restarted],
  ['frozen', paused],
  ['has no room for a client', refusing],
  ['out of memory', outOfMemory],
  ['a replica', replica],
  ['half open', ailing({ kind: 'halfOpen' })],
  ['slow', ailing(SLOW)],
  ['resets connections in the middle of answers', ailing({ kind: 'reset' })],
  ['cuts answers', ailing({ kind: 'truncated' })],
];
