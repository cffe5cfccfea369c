/**
 * Keeps results from overtaking changes: whoever is about to keep something that was read earlier takes a fence first, and keeps it
 * only where the fence still holds. Every change of a key, and every invalidation, raises the fences on its way down.
 */
export interface Fencing {
  /** A fence that holds until the key is changed. To be released when it is no longer asked. */
  enter(key: string): Fence;
  /** The key has changed. */
  raise(key: string): void;
  /** Every key may have changed. */
  raiseAll(): void;
}

export interface Fence {
  /** Whether nothing has changed since the fence was taken. */
  holds(): boolean;
  release(): void;
}
