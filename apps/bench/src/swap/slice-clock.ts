import { PerformanceObserver } from 'node:perf_hooks';
import { type Clock, systemClock } from 'nuthatch/engine';

interface Span {
  readonly from: number;
  readonly until: number;
}

/** The machine's clock, which notes how long each timer's work took, the garbage collector's part taken out. */
export class SliceClock implements Clock {
  readonly #work: Span[] = [];
  readonly #collections: Span[] = [];
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      this.#collections.push({ from: startTime, until: startTime + duration });
  });
  #pending = 0;

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  now(): number {
    return systemClock.now();
  }

  wallNow(): number {
    return systemClock.wallNow();
  }

  schedule(run: () => void, delayMs: number): { cancel(): void } {
    this.#pending++;
    const timer = systemClock.schedule(() => {
      this.#pending--;
      this.time(run);
    }, delayMs);
    return { cancel: () => timer.cancel() };
  }

  /** Does some work and notes how long it took. */
  time(run: () => void): void {
    const from = performance.now();
    run();
    this.#work.push({ from, until: performance.now() });
  }

  /** Whether a timer is set. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /** How long each piece of work took, in milliseconds, and how much of that was garbage collection. */
  async slices(): Promise<readonly { readonly ownMs: number; readonly collectedMs: number }[]> {
    // The observer hears of collections a turn later.
    await new Promise((done) => setTimeout(done, 50));
    this.#observer.disconnect();
    return this.#work.map((span) => {
      const collectedMs = this.#collections.reduce((sum, other) => sum + overlap(span, other), 0);
      return { ownMs: span.until - span.from - collectedMs, collectedMs };
    });
  }
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.until, other.until) - Math.max(one.from, other.from));
}
