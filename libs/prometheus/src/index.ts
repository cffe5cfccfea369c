export { collectCaches } from './collect-caches.js';
export { grafanaDashboard, type DashboardOptions } from './grafana/dashboard.js';
export type { CollectOptions } from './options.js';
export type { MeasuredCache, MeasuredCaches } from './readings.js';
export type { MetricRegistry, RegisteredMetric } from './registry.js';
