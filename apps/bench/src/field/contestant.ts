/** The value of every entry: a small object, as a row or a response would be. */
export interface Value {
  readonly id: number;
  readonly name: string;
}

/** What is raced: the two calls that every cache has. */
export interface Subject {
  get(key: string): Value | undefined;
  set(key: string, value: Value): unknown;
}

/** What a cache is opened with. */
export interface Opening {
  readonly capacity: number;
  /** Left out: entries live for ever. */
  readonly ttlMs?: number | undefined;
  /** Whether entries have weights, and the sum of them a bound, which is not reached. */
  readonly isWeighed?: boolean;
}

/** One line of the table. */
export interface Contestant {
  readonly name: string;
  /** Whether entries can be given a time to live, or must be. */
  readonly ttl: 'none' | 'optional' | 'needed';
  /** Whether it knows weights. */
  readonly weighs: boolean;
  /** Whether it makes room by itself; only then it runs the operations that need that. */
  readonly evicts: boolean;
  /** Whether a figure of it is often asked for: it runs in every round then, others in every third. */
  readonly leads: boolean;
  /** The largest size at which it gets through a race in a time that can be waited for; any where left out. */
  readonly upTo?: number;
  /** How many times its capacity it may hold; 1 where left out. */
  readonly holdsUpTo?: number;
  /** What a reader must know to compare it fairly. */
  readonly note?: string;
  /** Loads the library, and answers how to open one of its caches. */
  load(): Promise<(opening: Opening) => Subject>;
}

/** Whether a contestant takes part in a race with, or without, a time to live. */
export function runs({ ttl }: Contestant, withTtl: boolean): boolean {
  return withTtl ? ttl !== 'none' : ttl !== 'needed';
}
