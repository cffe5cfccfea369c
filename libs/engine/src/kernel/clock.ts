/** A timer that was set and can be called off. */
export interface Timer {
  /** Calls the timer off; harmless when it has already fired. */
  cancel(): void;
}

/**
 * Where a cache reads the time and sets its timers; give a fake one to tests (`FakeClock` of `nuthatch/testing`).
 *
 * Lives are measured with {@link Clock.now}, which never jumps; {@link Clock.wallNow} is only written to disk.
 */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start. */
  now(): number;
  /** Milliseconds since the Unix epoch; may jump when the machine's clock is set. */
  wallNow(): number;
  /** Calls `run` once after `delayMs` (any length) without keeping the process alive. */
  schedule(run: () => void, delayMs: number): Timer;
}

/** Node's `setTimeout` overflows beyond this and would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clocks: `performance.now()`, `Date.now()` and unref'd timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  schedule: (run, delayMs) => {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMEOUT_MS);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs);
      handle.unref();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Keeps the process alive, which no timer of a clock does, until the answer is called. For those who wait for something to be stored. */
export function stayAlive(): () => void {
  const handle = setInterval(() => undefined, LONGEST_TIMEOUT_MS);
  return () => clearInterval(handle);
}

/** Lets everything run first that promises lead to which are settled by now. The event loop does not turn. */
export function otherPromises(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Lets everything run that is ready to, input and other timers included, before the caller goes on. */
export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The wall time, as epoch milliseconds, of a monotonic deadline; `undefined` where the deadline never comes. */
export function toWallTime(clock: Clock, deadline: number): number | undefined {
  return deadline === Infinity ? undefined : Math.round(clock.wallNow() + (deadline - clock.now()));
}

/** The monotonic deadline of a wall time; never further away than that wall time says now. */
export function fromWallTime(clock: Clock, wallTime: number | undefined): number {
  return wallTime === undefined ? Infinity : clock.now() + (wallTime - clock.wallNow());
}
