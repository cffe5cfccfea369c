import type { CacheError } from 'nuthatch/engine';
import type { RedisClient } from '../client.js';

/** What the bus needs of the connections of a `redis()`. */
export interface BusHub {
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly commands: RedisClient;
  open(holder: object): Promise<void>;
  close(holder: object): void;
  reader(): RedisClient;
  failure(operation: string, error: unknown): CacheError;
}
