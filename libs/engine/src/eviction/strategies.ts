/** The register of eviction strategies: the export's name is the name to configure. A new one is a file and a line here. */
export { adaptive } from './adaptive.js';
export { arc } from './arc.js';
export { fifo } from './fifo.js';
export { gdsf } from './gdsf.js';
export { lfu } from './lfu.js';
export { lirs } from './lirs.js';
export { lru } from './lru.js';
export { lruK } from './lru-k.js';
export { s3Fifo } from './s3-fifo.js';
export { sieve } from './sieve.js';
export { slru } from './slru.js';
export { ttl } from './ttl.js';
export { twoQueue } from './two-queue.js';
export { wTinyLfu } from './w-tinylfu.js';
