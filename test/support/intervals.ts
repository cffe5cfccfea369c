import { jest } from '@jest/globals';

/** The intervals set from now on that keep the process alive. */
export function recordIntervals(): Set<unknown> {
  const alive = new Set<unknown>();
  const { setInterval: set, clearInterval: clear } = globalThis;
  jest.spyOn(globalThis, 'setInterval').mockImplementation((run, everyMs) => {
    const handle = set(run, everyMs);
    if (handle.hasRef()) alive.add(handle);
    return handle;
  });
  jest.spyOn(globalThis, 'clearInterval').mockImplementation((handle) => {
    alive.delete(handle);
    clear(handle);
  });
  return alive;
}
