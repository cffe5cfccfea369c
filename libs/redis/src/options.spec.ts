import { jest } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { CacheError } from 'nuthatch/engine';
import { redis, type RedisOptions } from './index.js';
import { resolveOptions } from './resolve-options.js';

const client = new Redis({ lazyConnect: true });
const url = 'redis://localhost';

it('gives every option its default', () => {
  expect(resolveOptions({ url: 'redis://cache.example' })).toEqual({
    hub: {
      keyPrefix: 'nuthatch',
      source: {
        kind: 'server',
        address: { host: 'cache.example', port: 6379, db: 0, isEncrypted: false },
        options: {},
      },
      connectTimeoutMs: 500,
      commandTimeoutMs: 1000,
    },
    compression: undefined,
    bus: {},
  });
});

it('reads what a URL says, and prefers what the options say', () => {
  const { source } = resolveOptions({
    url: 'rediss://bird:a%2Fb@[::1]:7000/3',
    username: 'owl',
    redisOptions: { family: 6 },
  }).hub;
  expect(source).toEqual({
    kind: 'server',
    address: { host: '::1', port: 7000, db: 3, username: 'bird', password: 'a/b', isEncrypted: true },
    options: { family: 6, username: 'owl', password: 'a/b', tls: {} },
  });
});

it('takes the servers of a Cluster, a client, or what only ioredis knows', () => {
  expect(resolveOptions({ cluster: ['redis://a:1', 'redis://b:2'] }).hub.source).toMatchObject({
    kind: 'cluster',
    nodes: [{ host: 'a' }, { host: 'b' }],
  });
  expect(resolveOptions({ client }).hub.source).toEqual({ kind: 'given', client });
  expect(resolveOptions({ redisOptions: { path: '/tmp/redis.sock' } }).hub.source.kind).toBe('server');
});

it.each<[string, Partial<Record<keyof RedisOptions, unknown>>]>([
  ['one of url, cluster and client must be given', {}],
  ['url, cluster and client exclude each other', { url, client }],
  ['url must be a URL', { url: '' }],
  ['url must be a URL', { url: 5 }],
  ['url must be a URL', { url: 'http://localhost' }],
  ['url must be a URL', { url: 'redis://localhost/zero' }],
  ['url must be a URL', { url: 'redis://localhost?family=6' }],
  ['cluster must be a list', { cluster: [] }],
  ['cluster must be a list', { cluster: url }],
  ['cluster\\[1\\] must be a URL', { cluster: [url, 'localhost'] }],
  ['client must be a Redis or Cluster of ioredis', { client: {} }],
  ['client must be a Redis or Cluster of ioredis', { client: null }],
  ['client must have no keyPrefix', { client: new Redis({ lazyConnect: true, keyPrefix: 'a' }) }],
  ['client must read from masters', { client: new Cluster([], { lazyConnect: true, scaleReads: 'all' }) }],
  ['password, tls must be left out', { client, password: 'x', tls: true }],
  ['username must be', { url, username: '' }],
  ['password must be', { url, password: 5 }],
  ['tls must be', { url, tls: 'yes' }],
  ['redisOptions must be', { url, redisOptions: 'x' }],
  ['redisOptions.keyPrefix must be left out', { url, redisOptions: { keyPrefix: 'a' } }],
  ['keyPrefix must be', { url, keyPrefix: '' }],
  ['keyPrefix must be', { url, keyPrefix: 'a{b}' }],
  ['compress must be', { url, compress: true }],
  ['there is no option compress.over', { url, compress: { over: 1 } }],
  ['compress.above must be', { url, compress: { above: 0 } }],
  ['compress.algorithm must be', { url, compress: { algorithm: 'zip' } }],
  ['connectTimeout must be', { url, connectTimeout: 0 }],
  ['commandTimeout must be', { url, commandTimeout: '30d' }],
  ['there is no option host', { url, host: 'x' } as object],
  ['there is no option bus.max', { url, bus: { max: 1 } }],
])('says %s', (message, wrong) => {
  const error = errorOf(wrong);
  expect(error.code).toBe('bad_option');
  expect(error.message).toMatch(new RegExp(`^${message}`));
});

it('tells everything that is wrong in one go, and no secret', () => {
  const { message } = errorOf({ url: 'http://bird:hunter2@host', password: ['hunter2'], keyPrefix: '' });
  expect(message.split('\n')).toHaveLength(3);
  expect(message).not.toContain('hunter2');
});

it.each([['redis://bird:hunter2@localhost'], [null]])(
  'shows how it is called, and not what it was given',
  (given) => {
    expect(errorOf(given as never).message).toMatch(/^redis needs options such as .*, got (string|null)$/);
  },
);

it.each<[RedisOptions, boolean]>([
  [{ url: 'redis://:hunter2@cache.example' }, true],
  [{ cluster: ['redis://127.0.0.1', 'redis://cache.example'], password: 'hunter2' }, true],
  [{ url: 'redis://:hunter2@127.0.0.1' }, false],
  [{ url: 'redis://:hunter2@[::1]' }, false],
  [{ url: 'rediss://:hunter2@cache.example' }, false],
  [{ url: 'redis://cache.example', password: 'hunter2', tls: true }, false],
  [{ url: 'redis://cache.example' }, false],
])('warns where a password would be sent in the clear: %j %s', (options, isWarned) => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  redis(options);
  expect(warn.mock.calls.map(([warning]) => warning)).toEqual(
    isWarned
      ? ['the password of Redis is sent to cache.example unencrypted; use rediss:// or the option tls']
      : [],
  );
  warn.mockRestore();
});

function errorOf(options: Partial<Record<keyof RedisOptions, unknown>>): CacheError {
  try {
    redis(options as RedisOptions);
  } catch (error) {
    if (error instanceof CacheError) return error;
    throw error;
  }
  throw new Error('these options were taken');
}
