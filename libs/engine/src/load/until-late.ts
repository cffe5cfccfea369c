import type { Clock } from '../kernel/clock.js';

/** How long somebody waits. */
export interface Patience {
  readonly clock: Clock;
  /** `Infinity` for ever. */
  readonly timeoutMs: number;
  /** Makes the error of who has waited so long. */
  readonly late: () => unknown;
  /** Lets go at once, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What `promise` becomes, unless patience is over before; then nobody is told any more what it becomes. */
export function untilLate<T>(promise: Promise<T>, { clock, timeoutMs, late, signal }: Patience): Promise<T> {
  if (timeoutMs === Infinity && signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const timer =
      timeoutMs === Infinity ? undefined : clock.schedule(() => end(() => reject(late())), timeoutMs);
    const abort = (): void => end(() => reject(signal?.reason));
    const end = (settle: () => void): void => {
      timer?.cancel();
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort);
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
