import { type Clock, stayAlive, type Timer } from './clock.js';

/** What a promise answers or throws, or `late` where that takes longer than so many milliseconds. The process stays alive meanwhile. */
export async function within<T, L>(
  promise: Promise<T>,
  limitMs: number,
  { clock, late }: { readonly clock: Clock; readonly late: L },
): Promise<T | L> {
  const letGo = stayAlive();
  let timer: Timer | undefined;
  const timeOut = new Promise<L>((resolve) => {
    timer = clock.schedule(() => resolve(late), limitMs);
  });
  try {
    return await Promise.race([promise, timeOut]);
  } finally {
    timer?.cancel();
    letGo();
  }
}
