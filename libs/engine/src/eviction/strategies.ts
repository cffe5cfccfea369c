/** The register of eviction strategies: the export's name is the name to configure. A new one is a file and a line here. */
export { fifo } from './fifo.js';
export { lfu } from './lfu.js';
export { lru } from './lru.js';
export { ttl } from './ttl.js';
