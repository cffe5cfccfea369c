import type { RedisOptions as IoRedisOptions } from 'ioredis';
import { parseByteSize, parseDuration } from 'nuthatch/engine';
import type { Compression } from './compression.js';
import { badRedisOptions, noRedisOptions } from './errors.js';
import { problemsOf } from './option-problems.js';
import type { ClientSource, CompressOptions, RedisOptions, ResolvedOptions } from './options.js';
import { type Address, addressOf, tlsOf } from './url.js';

/** @throws CacheError `bad_option`, with everything that is wrong. */
export function resolveOptions(options: RedisOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw noRedisOptions(options);
  const problems = problemsOf(options);
  if (problems.length > 0) throw badRedisOptions(problems);
  const { connectTimeout = 500, commandTimeout = 1000, keyPrefix = 'nuthatch', bus = {} } = options;
  return {
    hub: {
      keyPrefix,
      source: sourceOf(options),
      connectTimeoutMs: parseDuration('connectTimeout', connectTimeout),
      commandTimeoutMs: parseDuration('commandTimeout', commandTimeout),
    },
    compression: compressionOf(options.compress),
    bus,
  };
}

function sourceOf(options: RedisOptions): ClientSource {
  if (options.client !== undefined) return { kind: 'given', client: options.client };
  const { url, cluster } = options;
  if (cluster === undefined) {
    const address = url === undefined ? {} : addressOf(url);
    return { kind: 'server', address, options: loginOf(options, [address]) };
  }
  const nodes = cluster.map(addressOf);
  return { kind: 'cluster', nodes, options: loginOf(options, nodes) };
}

/** Every server is asked with the same login. */
function loginOf(options: RedisOptions, addresses: readonly Address[]): IoRedisOptions {
  const { redisOptions = {}, tls } = options;
  const username = options.username ?? addresses.find((each) => each.username !== undefined)?.username;
  const password = options.password ?? addresses.find((each) => each.password !== undefined)?.password;
  const encryption = tlsOf(tls ?? addresses.some(({ isEncrypted }) => isEncrypted));
  return {
    ...redisOptions,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(encryption === undefined ? {} : { tls: encryption }),
  };
}

function compressionOf(compress: CompressOptions | false = false): Compression | undefined {
  if (compress === false) return undefined;
  return {
    aboveBytes: parseByteSize('compress.above', compress.above ?? '1kb'),
    name: compress.algorithm ?? 'gzip',
  };
}
