import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What was seen of a piece of work. */
export interface Observed {
  readonly ms: number;
  /** Of all threads: compression and files have threads of their own. */
  readonly cpuMs: number;
  /** The longest that the event loop was kept, collections included. */
  readonly longestPauseMs: number;
  /** The most memory that was in use beyond what was at the beginning, what is only waiting to be collected included. */
  readonly peakBytes: number;
}

const EVERY_MS = 5;

/** Runs a piece of work and watches it. */
export async function observe(work: () => Promise<void>): Promise<Observed> {
  globalThis.gc?.();
  const before = bytesInUse();
  let peak = before;
  const look = (): void => void (peak = Math.max(peak, bytesInUse()));
  const timer = setInterval(look, EVERY_MS);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  try {
    await work();
  } finally {
    clearInterval(timer);
    delay.disable();
    look();
  }
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000, longestPauseMs: delay.max / 1e6, peakBytes: peak - before };
}

function bytesInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
