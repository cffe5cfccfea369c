/** A load whose method is being called right now. */
interface Link extends RunningLoad {
  readonly outer: Link | undefined;
}

/** A load of one key, or of several by one call. */
export interface RunningLoad {
  readonly cache: object;
  readonly keys: ReadonlySet<string>;
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
      if (link.cache === cache && link.keys.has(key)) return true;
    }
    return false;
  }

  /** Starts a load. */
  start<T>({ cache, keys }: RunningLoad, load: () => T): T {
    const outer = this.innermost;
    this.innermost = { cache, keys, outer };
    try {
      return load();
    } finally {
      this.innermost = outer;
    }
  }
}
