import type { Family } from './families.js';
import type { ResolvedCollectOptions } from './options.js';
import type { Reading, Readings } from './readings.js';
import type { Aggregator, MetricType, RegisteredMetric, Sample } from './registry.js';

/** One metric of every cache, in the form in which registries of prom-client take metrics. It keeps nothing: it is read when it is asked. */
export class CacheMetric implements RegisteredMetric {
  /** Not read-only: a registry that speaks OpenMetrics takes `_total` off, and puts it on again in each line. */
  name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator: Aggregator;
  readonly #family: Family;
  readonly #readings: Readings;
  readonly #labels: Readonly<Record<string, string>>;

  constructor(
    family: Family,
    readings: Readings,
    options: Pick<ResolvedCollectOptions, 'prefix' | 'labels'>,
  ) {
    this.name = options.prefix + family.name;
    this.help = family.help;
    this.type = family.type;
    this.aggregator = family.aggregator;
    this.#family = family;
    this.#readings = readings;
    this.#labels = options.labels;
  }

  async get(): Promise<{
    name: string;
    help: string;
    type: MetricType;
    aggregator: Aggregator;
    values: Sample[];
  }> {
    const { name, help, type, aggregator } = this;
    const values = this.#readings.current.flatMap((reading) => this.#samples(reading));
    return { name, help, type, aggregator, values };
  }

  /** What caches have counted is theirs: there is nothing here to be set back. */
  reset(): void {}

  #samples(reading: Reading): Sample[] {
    return Array.from(this.#family.lines(reading), ({ value, labels, suffix }) => ({
      value,
      labels: { ...this.#labels, cache: reading.cache, ...labels },
      ...(suffix !== undefined && { metricName: this.name + suffix }),
    }));
  }
}
