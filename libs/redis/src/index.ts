export type { BusOptions } from './bus/options.js';
export type { RedisClient } from './client.js';
export type { CompressionName } from './compression.js';
export type { CompressOptions, RedisOptions } from './options.js';
export { redis } from './redis.js';
