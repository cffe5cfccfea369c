import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late timers were, in milliseconds. */
export interface Delay {
  readonly p99: number;
  readonly max: number;
}

/** What work answers, and how long it kept the event loop from others. */
export async function withDelay<T>(
  work: () => Promise<T>,
): Promise<{ readonly answer: T; readonly delay: Delay }> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  monitor.reset();
  const answer = await work();
  monitor.disable();
  return { answer, delay: { p99: monitor.percentile(99) / 1e6, max: monitor.max / 1e6 } };
}
