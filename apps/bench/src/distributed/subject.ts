/** The value of every entry: 200 bytes of JSON. */
export interface Value {
  readonly id: number;
  readonly name: string;
  readonly about: string;
}

/** Where a cache is opened, and how much its memory holds. */
export interface Opening {
  readonly url: string;
  /** What its keys in Redis have in common with nobody else's. */
  readonly name: string;
  readonly capacity: number;
  /** Whether Redis is waited for however long it takes, by who would give up on it. */
  readonly isPatient: boolean;
}

/** One cache of two tiers. */
export interface Subject {
  get(key: string): Promise<Value | undefined>;
  set(key: string, value: Value): Promise<unknown>;
  getOrLoad(key: string, load: () => Promise<Value>): Promise<Value | undefined>;
  getMany(keys: readonly string[]): Promise<readonly (Value | undefined)[]>;
}

/** Values differ by their `id`. */
export function valueOf(id: number): Value {
  return { id, name: `user ${id}`, about: 'a bird that walks down trees, head first '.repeat(4) };
}
