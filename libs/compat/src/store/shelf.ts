/** A value and when it expires, in epoch milliseconds; `undefined` is never. */
export interface Stored {
  readonly value: unknown;
  readonly expires: number | undefined;
}

/** What is behind a {@link KeyvFace}: where values lie, and in which form. */
export interface Shelf {
  /** The thing itself, for those who look behind the face. */
  readonly store: unknown;
  read(key: string): Promise<Stored | undefined>;
  readMany(keys: readonly string[]): Promise<(Stored | undefined)[]>;
  /** @param ttlMs `undefined` is for ever. Answers whether it was kept. */
  write(key: string, value: unknown, ttlMs: number | undefined): Promise<boolean>;
  /** Answers whether something was there, as far as the store tells. */
  remove(keys: readonly string[]): Promise<boolean>;
  clear(): Promise<void>;
  entries(): AsyncIterable<readonly [key: string, value: unknown]>;
  disconnect(): Promise<void>;
  /** Tells the store's own errors. */
  onError(listener: (error: unknown) => void): void;
}

/** What is left of a life, at least 0; `undefined` where it does not end. */
export function remainingMs({ expires }: Stored): number | undefined {
  return expires === undefined ? undefined : Math.max(0, expires - Date.now());
}
