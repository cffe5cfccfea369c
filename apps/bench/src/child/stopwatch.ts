import { readFileSync } from 'node:fs';

/** What time is measured by: that of the main thread on a processor, or that on the wall. */
export type ClockName = 'cpu' | 'wall';

/** Milliseconds since some fixed moment. */
export interface Stopwatch {
  now(): number;
  /** Cheap enough to be asked again and again in between; not to be compared with `now`. */
  roughNow(): number;
}

const SCHEDULER_STATISTICS = '/proc/self/schedstat';
const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * `cpu` leaves out what other processes take from this one, so that its figures hold on a busy machine; the work of the collector's
 * helper threads is left out too. Where the system does not tell it (it is Linux that does), the wall is all there is.
 */
export function stopwatchOf(clock: ClockName): Stopwatch {
  return clock === 'cpu' && readThreadTime() !== undefined ? onProcessor : onWall;
}

const onWall: Stopwatch = { now: () => performance.now(), roughNow: () => performance.now() };
const onProcessor: Stopwatch = { now: threadTimeMs, roughNow: processTimeMs };

/** All threads together. */
function processTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function threadTimeMs(): number {
  // The books are brought up to date whenever the thread sleeps.
  Atomics.wait(NOBODY_WAKES, 0, 0, 0.01);
  return (readThreadTime() ?? NaN) / 1e6;
}

/** Nanoseconds that the main thread has run. */
function readThreadTime(): number | undefined {
  try {
    const [nanoseconds] = readFileSync(SCHEDULER_STATISTICS, 'utf8').split(' ');
    return Number(nanoseconds);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
