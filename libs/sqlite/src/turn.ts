import { setImmediate } from 'node:timers/promises';

/** Lets the event loop do what else there is to do. Between two slices of long work, promises alone would not. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
