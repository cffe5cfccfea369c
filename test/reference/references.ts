import { ArcReference } from './arc.js';
import { FifoReference } from './fifo.js';
import { GdsfReference } from './gdsf.js';
import { LfuReference } from './lfu.js';
import { LirsReference } from './lirs.js';
import { LruKReference } from './lru-k.js';
import { LruReference } from './lru.js';
import type { Reference } from './reference.js';
import { S3FifoReference } from './s3-fifo.js';
import { SieveReference } from './sieve.js';
import { SlruReference } from './slru.js';
import { TtlReference } from './ttl.js';
import { TwoQueueReference } from './two-queue.js';

/** The references by the name of the strategy that they describe. */
export const references: Readonly<Record<string, (capacity: number) => Reference>> = {
  arc: (capacity) => new ArcReference(capacity),
  fifo: (capacity) => new FifoReference(capacity),
  gdsf: (capacity) => new GdsfReference(capacity),
  lfu: (capacity) => new LfuReference(capacity),
  lirs: (capacity) => new LirsReference(capacity),
  lru: (capacity) => new LruReference(capacity),
  lruK: (capacity) => new LruKReference(capacity),
  s3Fifo: (capacity) => new S3FifoReference(capacity),
  sieve: (capacity) => new SieveReference(capacity),
  slru: (capacity) => new SlruReference(capacity),
  ttl: (capacity) => new TtlReference(capacity),
  twoQueue: (capacity) => new TwoQueueReference(capacity),
};
