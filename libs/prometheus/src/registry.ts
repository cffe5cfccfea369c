/** What is asked of a registry: `new Registry()` and `register` of prom-client 15 have it. */
export interface MetricRegistry {
  /** Adds a metric, to be read at every scrape. */
  registerMetric(metric: RegisteredMetric): void;
  /** The metric of that name; `undefined` where there is none. */
  getSingleMetric(name: string): unknown;
  /** Takes a metric out. */
  removeSingleMetric(name: string): void;
}

/** What a registry asks of a metric: its readings, when it is scraped. */
export interface RegisteredMetric {
  /** The readings of now. */
  get(): Promise<unknown>;
  /** Sets it back to nothing, where it keeps anything. */
  reset(): void;
}

/** The kinds of metric that caches have. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** How the processes of a cluster are put together where one of them answers the scrape: prom-client's `AggregatorRegistry` does it. */
export type Aggregator = 'sum' | 'min' | 'max' | 'first';

/** One line of the exposition. */
export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** The name of the line where it is not that of the metric, as in a histogram. */
  readonly metricName?: string;
}
