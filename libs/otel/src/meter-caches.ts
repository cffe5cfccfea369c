import type { BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import type { CacheMetrics, TracedOperation } from 'nuthatch/engine';
import { ATTRIBUTE, durationAttributes } from './attributes.js';
import { listen, type OperationName } from './channels.js';
import { AGES, COUNTERS, DURATION_BUCKETS, GAUGES, type Instrument } from './instruments.js';
import { type Api, loadApi } from './load-api.js';
import { Metered, type MeteredCaches } from './metered-caches.js';

/** Where meters come from; a `MeterProvider` of OpenTelemetry is one. */
export interface MeterSource {
  getMeter(name: string): object;
}

/** What is measured. */
export interface MeterCachesOptions {
  /** Where metrics go; to the global provider by default. Set that one up before: the API does not hand on what was made earlier. */
  readonly meterProvider?: MeterSource | undefined;
  /** Whether durations of loads, calls on stores and flushes are measured, at the cost of telling of each; `true` by default. */
  readonly durations?: boolean | undefined;
}

/** What durations are measured of. */
const TIMED: readonly (readonly [name: OperationName, description: string])[] = [
  ['load', 'How long loads take, from the store or the loader'],
  ['store', 'How long calls on the store take'],
  ['flush', 'How long flushes take'],
];

/**
 * Measures caches with OpenTelemetry: what they count, pulled when metrics are collected, and how long what they do takes. Each is told apart by
 * `nuthatch.cache.name`, and never by a key. Answers how to stop.
 *
 * @example
 * ```ts
 * const stop = await meterCaches(cache);
 * ```
 * @throws CacheError `missing_peer` where `@opentelemetry/api` is not installed, or `bad_option`.
 */
export async function meterCaches(
  caches: MeteredCaches,
  options: MeterCachesOptions = {},
): Promise<() => void> {
  const metered = new Metered(caches);
  const api = await loadApi();
  // A provider of OpenTelemetry gives meters; no public type is to need its package.
  const meter = (options.meterProvider ?? api.metrics).getMeter('nuthatch') as Meter;
  const stops = [pulled(meter, metered)];
  if (options.durations !== false)
    stops.push(...TIMED.map(([name, what]) => timed({ api, meter, metered }, name, what)));
  return () => stops.forEach((stop) => stop());
}

/** One look at each cache serves all instruments. */
function pulled(meter: Meter, metered: Metered): () => void {
  const counters = new Map<string, Observable>();
  for (const each of COUNTERS)
    if (!counters.has(each.name))
      counters.set(each.name, meter.createObservableCounter(each.name, toldOf(each)));
  const gauges = [
    ...GAUGES.map((each) => ({
      each,
      observable: meter.createObservableUpDownCounter(each.name, toldOf(each)),
    })),
    ...AGES.map((each) => ({ each, observable: meter.createObservableGauge(each.name, toldOf(each)) })),
  ];
  const observe = (result: BatchObservableResult, name: string, metrics: CacheMetrics): void => {
    const attributes = { [ATTRIBUTE.cache]: name };
    for (const { name: instrument, count, attributes: more } of COUNTERS) {
      const observable = counters.get(instrument);
      if (observable !== undefined) result.observe(observable, metrics[count], { ...attributes, ...more });
    }
    for (const { each, observable } of gauges) result.observe(observable, each.read(metrics), attributes);
  };
  const collect = (result: BatchObservableResult): void => {
    for (const [name, cache] of metered) observe(result, name, cache.metrics());
  };
  const observables: Observable[] = [...counters.values(), ...gauges.map(({ observable }) => observable)];
  meter.addBatchObservableCallback(collect, observables);
  return () => meter.removeBatchObservableCallback(collect, observables);
}

function toldOf({ unit, description }: Instrument): { readonly unit: string; readonly description: string } {
  return { unit, description };
}

interface Timing {
  readonly api: Api;
  readonly meter: Meter;
  readonly metered: Metered;
}

function timed({ api, meter, metered }: Timing, name: OperationName, description: string): () => void {
  const histogram: Histogram = meter.createHistogram(`nuthatch.${name}.duration`, {
    unit: 's',
    description,
    advice: { explicitBucketBoundaries: [...DURATION_BUCKETS] },
  });
  const ended = (operation: TracedOperation): void => {
    try {
      if (!metered.has(operation.cache)) return;
      histogram.record((operation.durationMs ?? 0) / 1000, durationAttributes(operation));
    } catch (error) {
      api.diag.error('nuthatch: a duration could not be recorded', error);
    }
  };
  return listen(name, { ended });
}
