import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { RedisCluster } from './redis-servers-cluster.js';
import { RedisServer } from './redis-servers-process.js';

export type { RedisCluster, RedisServer };

/**
 * Whether there are `redis-server` and `redis-cli`. Where there are not it says so in one line, and tests that need them are skipped; with
 * `NUTHATCH_REQUIRE_SERVICES=1` they fail instead.
 */
export const hasRedisServer = findBinaries();

/** `describe` where there is a Redis server. */
export const describeWithRedis = (): jest.Describe => (hasRedisServer ? describe : describe.skip);

/** What was started here and may still run. */
const started = new Set<{ stop(): Promise<void> }>();

// Programs that are not tests, such as measurements, start servers as well; theirs are killed when they end.
if (typeof afterAll === 'function') afterAll(stopAll);

/** How a server is to be started. */
export interface RedisStart {
  /** Options for the command line; persistence is off where they do not say otherwise. */
  readonly args?: readonly string[];
  /** A free one by default. */
  readonly port?: number;
}

/**
 * Starts a server on the loopback, in a folder of its own; resolves when it answers. It is stopped after the tests of the file, and killed when this
 * process ends in whatever way.
 */
export async function startRedis({ args = [], port }: RedisStart = {}): Promise<RedisServer> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const server = await RedisServer.start(port ?? (await freePort()), args);
    if (server === undefined && port !== undefined) break;
    if (server === undefined) continue;
    started.add(server);
    return server;
  }
  throw new Error(`no port for a Redis server${port === undefined ? '' : `: ${port} is taken`}`);
}

/** How a cluster is to be made. */
export interface ClusterStart {
  /** 3 by default, which is the least. */
  readonly masters?: number;
  /** Of all masters together, a multiple of their number: 3 by default. */
  readonly replicas?: number;
  /** After how many milliseconds without an answer a node counts as failed; 2000 by default. */
  readonly nodeTimeout?: number;
  /** Further options for the command line of every node. */
  readonly args?: readonly string[];
}

/** Starts a cluster; resolves when every node can be asked and replicas are in sync. It is stopped as {@link startRedis} says. */
export async function startCluster(options: ClusterStart = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 3, nodeTimeout = 2000, args = [] } = options;
  const mode = ['--cluster-enabled', 'yes', '--cluster-node-timeout', `${nodeTimeout}`];
  const start = { args: [...mode, '--repl-diskless-sync-delay', '0', ...args] };
  const nodes = await Promise.all(Array.from({ length: masters + replicas }, () => startRedis(start)));
  return RedisCluster.form(nodes, replicas);
}

async function stopAll(): Promise<void> {
  await Promise.all(Array.from(started, (server) => server.stop()));
  started.clear();
}

/** Below the ports that systems give to outgoing connections; in a cluster, nodes talk on another one, which is 10,000 higher. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function findBinaries(): boolean {
  const missing = ['redis-server', 'redis-cli'].filter((binary) => !isOnPath(binary));
  if (missing.length === 0) return true;
  const message = `no ${missing.join(' and no ')} on the PATH`;
  if (process.env['NUTHATCH_REQUIRE_SERVICES'] === '1') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

function isOnPath(binary: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, binary), constants.X_OK);
      return true;
    } catch {
      return false; // not here: the next folder may have it
    }
  });
}
