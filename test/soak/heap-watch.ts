import { monitorEventLoopDelay } from 'node:perf_hooks';

const SAMPLES = 24;

/** Looks at heap and event loop now and then; collects garbage first where Node was started with `--expose-gc`. */
export class HeapWatch {
  readonly #bytes: number[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });

  constructor(durationMs: number) {
    this.#timer = setInterval(() => this.#sample(), durationMs / SAMPLES);
    this.#delay.enable();
  }

  /** By how much the last quarter of the samples lies above the second one: caches fill up in the first. */
  stop(): { readonly heapGrowthBytes: number; readonly loopLagMs: number } {
    clearInterval(this.#timer);
    this.#delay.disable();
    const quarter = this.#bytes.length / 4;
    const early = this.#bytes.slice(Math.floor(quarter), Math.ceil(2 * quarter));
    const late = this.#bytes.slice(Math.floor(3 * quarter));
    return { heapGrowthBytes: median(late) - median(early), loopLagMs: this.#delay.max / 1e6 };
  }

  #sample(): void {
    globalThis.gc?.();
    this.#bytes.push(process.memoryUsage().heapUsed);
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? NaN;
}
