import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with what was found when `isRight` holds of it; with the last that was found where that takes too long, to be looked at. */
export async function eventually<T>(
  look: () => Promise<T>,
  isRight: (found: T) => boolean,
  withinMs = 5000,
): Promise<T> {
  const until = performance.now() + withinMs;
  let found = await look();
  while (!isRight(found) && performance.now() < until) {
    await sleep(10);
    found = await look();
  }
  return found;
}
