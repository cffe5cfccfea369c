/** Who made a value: a loader, a caller, a command that can be undone, or somebody who writes to the user's database beside the cache. */
export type Maker = 'command' | 'load' | 'outside' | 'set';

/** What is cached: where it comes from and when it was read or given, by the moments of one run. */
export interface Value {
  readonly id: number;
  readonly key: string;
  readonly by: Maker;
  /** When the loader read it at its source, or when its writer was called. */
  readonly at: number;
  readonly tags: readonly string[];
  /** When a row of the user's database was read. */
  readonly readAt?: number;
}

/** The moments of a run: each thing that happens has its own, later ones are larger. */
export class Moments {
  #last = 0;
  #ids = 0;

  next(): number {
    return ++this.#last;
  }

  /** A value that is read, or given, now. */
  mint(by: Maker, key: string, tags: readonly string[]): Value {
    return { id: ++this.#ids, key, by, at: this.next(), tags };
  }
}
