import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { meterCaches, type MeterCachesOptions, type MeteredCaches } from 'nuthatch/otel';
import { afterThis } from './telemetry.js';

/** The metrics of caches, kept in memory. */
export async function openMeter(caches: MeteredCaches, options: MeterCachesOptions = {}) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  afterThis(await meterCaches(caches, { meterProvider: provider, ...options }));
  afterThis(() => void provider.shutdown());
  const collect = async () => {
    exporter.reset();
    await provider.forceFlush();
    const metrics = exporter
      .getMetrics()
      .flatMap((each) => each.scopeMetrics.flatMap((scope) => scope.metrics));
    return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
  };
  /** The value of a metric by what it is told apart by. */
  const values = async (name: string): Promise<[attributes: object, value: unknown][]> =>
    (await collect()).get(name)?.dataPoints.map(({ attributes, value }) => [attributes, value]) ?? [];
  return { collect, values };
}
