import { nameTaken } from './errors.js';
import { CacheMetric } from './cache-metric.js';
import { familiesOf } from './families.js';
import { type CollectOptions, resolveOptions } from './options.js';
import { type MeasuredCaches, Readings } from './readings.js';
import type { MetricRegistry } from './registry.js';

/**
 * Puts everything that caches count and measure into a registry of prom-client, with the label `cache`; keys are never labels. Caches are
 * read when the registry is scraped, and not in between: what `caches` iterates over then is what the scrape shows. Answers how to stop.
 *
 * @example
 * ```ts
 * collectCaches(cacheManager, { registry: register });
 * ```
 * @throws CacheError `bad_option` for options that cannot be, and where the registry has metrics of these names already.
 */
export function collectCaches(caches: MeasuredCaches, options: CollectOptions): () => void {
  const { registry, prefix, labels, buckets } = resolveOptions(options);
  const readings = new Readings(caches);
  const byName = new Map(
    familiesOf(buckets).map((family) => {
      const metric = new CacheMetric(family, readings, { prefix, labels });
      return [metric.name, metric];
    }),
  );
  for (const name of byName.keys()) if (registry.getSingleMetric(name) !== undefined) throw nameTaken(name);
  for (const metric of byName.values()) registry.registerMetric(metric);
  return () => takeOut(registry, byName);
}

/** By the names of the beginning: a registry of OpenMetrics takes the suffix of counters off the metrics themselves. */
function takeOut(registry: MetricRegistry, metrics: ReadonlyMap<string, CacheMetric>): void {
  for (const [name, metric] of metrics)
    if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
}
