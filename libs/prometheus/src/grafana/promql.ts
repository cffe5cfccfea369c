import type { Query } from './panel.js';

/** Writes queries over the metrics that begin with a prefix, for the caches that are chosen in the dashboard. */
export class PromQl {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The readings of a metric, one for each cache of each instance. */
  metric(name: string): string {
    return `${this.#prefix}${name}{job=~"$job", cache=~"$cache"}`;
  }

  /** How often in a second, for each cache. */
  rate(name: string, by = 'cache'): string {
    return `sum by (${by}) (rate(${this.metric(name)}[$__rate_interval]))`;
  }

  /** How often in a second, for all caches together. */
  total(name: string): string {
    return `sum(rate(${this.metric(name)}[$__rate_interval]))`;
  }

  sum(name: string): string {
    return `sum by (cache) (${this.metric(name)})`;
  }

  max(name: string): string {
    return `max by (cache) (${this.metric(name)})`;
  }

  /** The durations that half of all, 95 and 99 of 100 do not exceed. */
  percentiles(histogram: string): Query[] {
    return [50, 95, 99].map((percent) => ({
      expr: `histogram_quantile(${percent / 100}, ${this.rate(`${histogram}_bucket`, 'cache, le')})`,
      legend: `p${percent} {{cache}}`,
    }));
  }

  /** What happens how often, each under its own name. */
  rates(names: Readonly<Record<string, string>>): Query[] {
    return Object.entries(names).map(([legend, name]) => ({
      expr: this.rate(name),
      legend: `${legend} {{cache}}`,
    }));
  }
}
