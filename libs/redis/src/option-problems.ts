import { CacheError, parseByteSize, parseDuration } from 'nuthatch/engine';
import { isCluster, type RedisClient } from './client.js';
import { compressions } from './compression.js';
import { isWellFormed } from './keys.js';
import type { CompressOptions, RedisOptions } from './options.js';
import { urlProblem } from './url.js';

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof RedisOptions, true>> = {
  url: true,
  cluster: true,
  client: true,
  username: true,
  password: true,
  tls: true,
  keyPrefix: true,
  compress: true,
  connectTimeout: true,
  commandTimeout: true,
  bus: true,
  redisOptions: true,
};
const KNOWN_OF_COMPRESS: Readonly<Record<keyof CompressOptions, true>> = { above: true, algorithm: true };
const OF_OUR_OWN = ['username', 'password', 'tls', 'redisOptions'] as const;
/** Node's timers know no longer ones. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Everything that is wrong with the options; the value of none that may be a secret. */
export function problemsOf(options: RedisOptions): string[] {
  return [
    ...unknownNames(options, KNOWN),
    ...sourceProblems(options),
    ...clientProblems(options),
    ...loginProblems(options),
    ...passedOnProblems(options),
    ...textProblems(options),
    ...compressProblems(options.compress),
    ...timeProblems(options),
  ];
}

/** A misspelt `url` would connect to somewhere else. */
function unknownNames(options: object, known: object, prefix = ''): string[] {
  const names = Object.keys(known).map((name) => prefix + name);
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => `there is no option ${prefix}${name}; there are ${names.join(', ')}`);
}

function sourceProblems(options: RedisOptions): string[] {
  const { url, cluster, client, redisOptions } = options;
  const given = [url, cluster, client].filter((each) => each !== undefined).length;
  const isElsewhere = redisOptions?.path !== undefined || redisOptions?.sentinels !== undefined;
  if (given > 1) return ['url, cluster and client exclude each other: give one of them'];
  if (given === 0 && !isElsewhere) return ['one of url, cluster and client must be given'];
  return [...(url === undefined ? [] : urlProblems('url', url)), ...clusterProblems(cluster)];
}

function clusterProblems(cluster: RedisOptions['cluster']): string[] {
  if (cluster === undefined) return [];
  if (!Array.isArray(cluster) || cluster.length === 0)
    return ["cluster must be a list of URLs such as ['redis://localhost:7000']"];
  return cluster.flatMap((each, at) => urlProblems(`cluster[${at}]`, each));
}

function urlProblems(option: string, url: unknown): string[] {
  const problem = urlProblem(url);
  if (problem === undefined) return [];
  return [`${option} must be a URL such as 'redis://localhost:6379', got ${problem}`];
}

function clientProblems({ client, ...rest }: RedisOptions): string[] {
  if (client === undefined) return [];
  if (typeof client?.duplicate !== 'function' || typeof client.evalsha !== 'function')
    return [`client must be a Redis or Cluster of ioredis, got ${typeof client}`];
  const beside = OF_OUR_OWN.filter((name) => rest[name] !== undefined);
  const problems = usageProblems(client);
  if (beside.length > 0) problems.push(`${beside.join(', ')} must be left out where a client is given`);
  return problems;
}

function usageProblems(client: RedisClient): string[] {
  const problems: string[] = [];
  if (client.options.keyPrefix)
    problems.push('client must have no keyPrefix; there is the option keyPrefix of redis()');
  if (isCluster(client) && client.options.scaleReads !== 'master')
    problems.push("client must read from masters (scaleReads: 'master'): a replica answers what was deleted");
  return problems;
}

function loginProblems({ username, password, tls }: RedisOptions): string[] {
  const problems: string[] = [];
  for (const [option, found] of Object.entries({ username, password }))
    if (found !== undefined && (typeof found !== 'string' || found === ''))
      problems.push(`${option} must be a non-empty string, got ${typeof found}`);
  if (tls !== undefined && typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null))
    problems.push(`tls must be a boolean or options of tls.connect, got ${typeof tls}`);
  return problems;
}

function passedOnProblems({ redisOptions }: RedisOptions): string[] {
  const problems: string[] = [];
  if (redisOptions !== undefined && (typeof redisOptions !== 'object' || redisOptions === null))
    problems.push(`redisOptions must be options of ioredis, got ${typeof redisOptions}`);
  if (redisOptions?.keyPrefix !== undefined)
    problems.push('redisOptions.keyPrefix must be left out; there is the option keyPrefix');
  return problems;
}

function textProblems({ keyPrefix = 'nuthatch' }: RedisOptions): string[] {
  if (typeof keyPrefix === 'string' && /^[^{}]{1,200}$/.test(keyPrefix) && isWellFormed(keyPrefix)) return [];
  return ['keyPrefix must be a string of 1 to 200 characters without braces'];
}

function compressProblems(compress: CompressOptions | false = false): string[] {
  if (compress === false) return [];
  if (typeof compress !== 'object' || compress === null)
    return [`compress must be false or options such as { above: '1kb' }, got ${typeof compress}`];
  const { above, algorithm = 'gzip' } = compress;
  const problems = unknownNames(compress, KNOWN_OF_COMPRESS, 'compress.');
  if (above !== undefined) problems.push(...problemIn(() => parseByteSize('compress.above', above)));
  if (!Object.hasOwn(compressions, algorithm))
    problems.push(`compress.algorithm must be one of ${Object.keys(compressions).join(', ')}`);
  else if (compressions[algorithm] === undefined)
    problems.push(`compress.algorithm ${algorithm} needs Node 22.15 or later, this is ${process.version}`);
  return problems;
}

function timeProblems(options: RedisOptions): string[] {
  return (['connectTimeout', 'commandTimeout'] as const).flatMap((name) => {
    const found = options[name];
    if (found === undefined) return [];
    return problemIn(() => {
      if (parseDuration(name, found) <= LONGEST_TIMEOUT_MS) return;
      throw new CacheError('bad_option', `${name} must be at most ${LONGEST_TIMEOUT_MS} ms`);
    });
  });
}

/** What is wrong, in the words of who has found it. */
function problemIn(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof CacheError) return [error.message];
    throw error;
  }
}
