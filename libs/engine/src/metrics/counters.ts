import { badOption } from '../kernel/errors.js';
import type { Counts } from './cache-metrics.js';
import { type Latency, type LatencyBuckets, LatencyHistogram } from './latency.js';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

const ZERO: Counts = {
  hits: 0,
  store_hits: 0,
  shared_hits: 0,
  misses: 0,
  evictions: 0,
  expirations: 0,
  sets: 0,
  deletes: 0,
  flushed_writes: 0,
  flush_errors: 0,
  write_retries: 0,
  dead_letters: 0,
  journal_errors: 0,
  loads: 0,
  load_failures: 0,
  loads_fenced: 0,
  refreshes: 0,
  stale_served: 0,
  load_timeouts: 0,
  loads_refused: 0,
  invalidations: 0,
  invalidation_failures: 0,
  store_failures: 0,
  store_timeouts: 0,
  store_rejections: 0,
  hook_failures: 0,
};

/** What can be measured. */
export type Measured = 'load' | 'store' | 'flush';

/** A counter of the user's own; see `addCounter`. */
export interface Counter {
  /** The count so far. */
  readonly value: number;
  /** Counts one more, or `by`. */
  add(by?: number): void;
}

/** Everything that one cache counts and times. Counting is an increment in place; nothing is computed before it is read. */
export class Counters {
  readonly counts: Mutable<Counts> = { ...ZERO };
  readonly #latencies: Readonly<Record<Measured, LatencyHistogram>> = {
    load: new LatencyHistogram(),
    store: new LatencyHistogram(),
    flush: new LatencyHistogram(),
  };
  readonly #custom = new Map<string, number>();
  readonly #isTimed: boolean;

  /** @param isTimed whether durations are kept. */
  constructor(isTimed: boolean) {
    this.#isTimed = isTimed;
  }

  time(what: Measured, durationMs: number): void {
    if (this.#isTimed) this.#latencies[what].record(durationMs);
  }

  latencies(): Readonly<Record<Measured, Latency>> {
    const { load, store, flush } = this.#latencies;
    return { load: load.read(), store: store.read(), flush: flush.read() };
  }

  latencyBuckets(): Readonly<Record<Measured, LatencyBuckets>> {
    const { load, store, flush } = this.#latencies;
    return { load: load.readBuckets(), store: store.readBuckets(), flush: flush.readBuckets() };
  }

  /** @throws CacheError `bad_option` where the name is taken by another counter, or by the engine. */
  addCounter(name: string): Counter {
    if (Object.hasOwn(this.counts, name) || this.#custom.has(name))
      throw badOption('name', 'a name that no counter has', name);
    const custom = this.#custom.set(name, 0);
    return {
      get value() {
        return custom.get(name) ?? 0;
      },
      add(by = 1) {
        custom.set(name, this.value + by);
      },
    };
  }

  custom(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#custom);
  }
}
