/** A load whose method is being called right now. */
interface Link {
  readonly cache: object;
  readonly key: string;
  readonly outer: Link | undefined;
}

/**
 * The loads whose methods are on the stack. A load that asks for its own key would wait for itself: an override that calls `super` with
 * the same key, for one. It is seen up to the method's first `await`; to see further would take an `AsyncLocalStorage`, which makes
 * every promise of the process several times dearer.
 */
export class LoadChain {
  private innermost: Link | undefined;

  /** Whether the caller is part of the load of this key. */
  includes(cache: object, key: string): boolean {
    for (let link = this.innermost; link !== undefined; link = link.outer) {
      if (link.cache === cache && link.key === key) return true;
    }
    return false;
  }

  /** Starts the load of a key. */
  start<T>(
    { cache, key }: { readonly cache: object; readonly key: string },
    load: () => Promise<T>,
  ): Promise<T> {
    const outer = this.innermost;
    this.innermost = { cache, key, outer };
    try {
      return load();
    } finally {
      this.innermost = outer;
    }
  }
}
