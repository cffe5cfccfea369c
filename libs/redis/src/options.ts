import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions as IoRedisOptions } from 'ioredis';
import type { ByteSize, Duration } from 'nuthatch/engine';
import type { BusOptions } from './bus/options.js';
import type { RedisClient } from './client.js';
import type { Compression, CompressionName } from './compression.js';
import type { Address } from './url.js';

/** What {@link redis} may be told. One of `url`, `cluster` and `client` has to be given. */
export interface RedisOptions {
  /** The server, such as `'redis://localhost:6379/0'`, or `'rediss://...'` for TLS. May have user and password; never shown in a message. */
  readonly url?: string | undefined;
  /** Some servers of a Redis Cluster, as URLs; the others are found by them. */
  readonly cluster?: readonly string[] | undefined;
  /**
   * A `Redis` or `Cluster` of `ioredis` that you have. It stays open when the cache is closed; its bus reads through a duplicate. Must not have a
   * `keyPrefix` or read from replicas.
   */
  readonly client?: RedisClient | undefined;
  /** The user to log in as; by default that of the URL. Not with `client`. */
  readonly username?: string | undefined;
  /** The password; by default that of the URL. Not with `client`. */
  readonly password?: string | undefined;
  /** Encryption: `true`, or options of `tls.connect`; by default what the URL says. Not with `client`. */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** What all keys in Redis begin with; `'nuthatch'` by default. Applications that share a Redis each need one of their own. */
  readonly keyPrefix?: string | undefined;
  /** Compresses values; `false` by default. What is compressed is read whatever is set here. */
  readonly compress?: CompressOptions | false | undefined;
  /** How long `open` waits for a connection; 500 ms by default. */
  readonly connectTimeout?: Duration | undefined;
  /** After how long a command without an answer has failed; 1 s by default. */
  readonly commandTimeout?: Duration | undefined;
  /** How processes tell each other of changes. */
  readonly bus?: BusOptions | undefined;
  /** Passed on to `ioredis`, for what has no option here: `{ sentinels, name }`, `{ path }`, `{ family: 6 }`. Not with `client`. */
  readonly redisOptions?: IoRedisOptions | undefined;
}

/** Which values are compressed, and how. */
export interface CompressOptions {
  /** Values of this size and more, as they are encoded; `'1kb'` by default. */
  readonly above?: ByteSize | undefined;
  /** `'gzip'` by default. `'zstd'` is faster, and needs Node 22.15 or later wherever it is read. */
  readonly algorithm?: CompressionName | undefined;
}

/** Options with every value in its place. */
export interface ResolvedOptions {
  readonly hub: HubSettings;
  readonly compression: Compression | undefined;
  readonly bus: BusOptions;
}

/** How a hub connects. */
export interface HubSettings {
  readonly keyPrefix: string;
  readonly source: ClientSource;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

/** Where the client comes from: the user's, or one of our own. */
export type ClientSource =
  | { readonly kind: 'given'; readonly client: RedisClient }
  | { readonly kind: 'server'; readonly address: Address; readonly options: IoRedisOptions }
  | { readonly kind: 'cluster'; readonly nodes: readonly Address[]; readonly options: IoRedisOptions };
