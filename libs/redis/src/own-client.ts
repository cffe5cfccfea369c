import type { Redis, RedisOptions as IoRedisOptions } from 'ioredis';
import { isCluster, type RedisClient, type RedisModule } from './client.js';
import type { HubSettings } from './options.js';
import type { Address } from './url.js';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 500;
/** How long the other side may take to close a connection that is given up. */
const LONGEST_GOODBYE_MS = 100;
/** How often the servers of a Cluster are asked which of them has what. */
const REFRESH_EVERY_MS = 5000;

/** Makes a client that is not connected yet. Nothing waits in it for a connection, and nothing is sent a second time behind the caller's back. */
export function makeClient(ioredis: RedisModule, settings: HubSettings): RedisClient {
  const { source } = settings;
  if (source.kind === 'given') return source.client;
  const options = { ...commandOptions(settings), ...source.options };
  if (source.kind === 'server') {
    const place = placeOf(source.address);
    return forgetful(
      new ioredis.Redis({ ...options, ...place, enableOfflineQueue: false, lazyConnect: true }),
    );
  }
  const cluster = new ioredis.Cluster(source.nodes.map(nodeOf), {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryAfter,
    retryDelayOnFailover: FIRST_RETRY_MS,
    slotsRefreshTimeout: settings.commandTimeoutMs,
    slotsRefreshInterval: REFRESH_EVERY_MS,
    redisOptions: options,
    // A certificate names hosts: they must not be turned into addresses before it is looked at.
    ...(options.tls === undefined ? {} : { dnsLookup: (host, done) => done(null, host) }),
  });
  return cluster.on('+node', forgetful);
}

/** The timer of `socketTimeout` outlives its connection: it would end the next one, and keeps the process alive. */
function forgetful(node: Redis): Redis {
  return node.on('close', () => {
    // ioredis has it as a private field, and does not look at it before the next answer.
    const timed = node as unknown as { socketTimeoutTimer: NodeJS.Timeout | undefined };
    clearTimeout(timed.socketTimeoutTimer);
    timed.socketTimeoutTimer = undefined;
  });
}

/** Makes a client like another one, for commands that block. */
export function makeReader(client: RedisClient): RedisClient {
  const options = { ...PATIENT, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 };
  if (isCluster(client))
    return client.duplicate([], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryAfter,
      redisOptions: { ...client.options.redisOptions, ...options },
    });
  return client.duplicate({
    ...options,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: retryAfter,
  });
}

/** What a client for commands that block must not have. */
const PATIENT = { commandTimeout: undefined, socketTimeout: undefined } as const;

/** A server that is silent for two timeouts is given up, so that what nobody waits for any more does not pile up. */
function commandOptions({ connectTimeoutMs, commandTimeoutMs }: HubSettings): IoRedisOptions {
  return {
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    socketTimeout: 2 * commandTimeoutMs,
    disconnectTimeout: LONGEST_GOODBYE_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    maxLoadingRetryTime: LAST_RETRY_MS,
    retryStrategy: retryAfter,
    // A master that has become a replica: the name may lead to the new one by now.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  };
}

function retryAfter(times: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS);
}

function placeOf({ host, port, db }: Address): IoRedisOptions {
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(db === undefined ? {} : { db }),
  };
}

function nodeOf({ host = 'localhost', port = 6379 }: Address): { host: string; port: number } {
  return { host, port };
}
