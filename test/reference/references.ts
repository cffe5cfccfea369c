import { FifoReference } from './fifo.js';
import { LruReference } from './lru.js';
import type { Reference } from './reference.js';

/** The references by the name of the strategy that they describe. */
export const references: Readonly<Record<string, (capacity: number) => Reference>> = {
  fifo: (capacity) => new FifoReference(capacity),
  lru: (capacity) => new LruReference(capacity),
};
