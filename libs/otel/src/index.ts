export type { OperationName } from './channels.js';
export { meterCaches, type MeterCachesOptions, type MeterSource } from './meter-caches.js';
export type { MeteredCache, MeteredCaches } from './metered-caches.js';
export { traceCaches, type TraceCachesOptions, type TracerSource } from './trace-caches.js';
