import { CacheError } from 'nuthatch/engine';

/** Acts on a cache; does nothing where that is closed, since nothing can be kept any more and the method has its result. */
export async function whileOpen(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
}

/** Whether an error says that the cache has been closed. */
export function isClosed(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'closed';
}
