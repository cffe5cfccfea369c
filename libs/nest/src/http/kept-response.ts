/** What is kept of a response, as the value of an entry. Plain data but for its body. */
export interface KeptResponse {
  readonly nuthatch: 'response';
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What the handler answered, before anything later made text of it. */
  readonly body: unknown;
  readonly etag?: string | undefined;
  /** When it was made, as epoch milliseconds. */
  readonly at: number;
  /** How long it was given to live; `undefined` where that is up to the cache. */
  readonly ttlMs?: number | undefined;
}

/** Says that the response depends on headers of the request: it is kept under a key that these are part of. */
export interface KeptVariants {
  readonly nuthatch: 'variants';
  readonly names: readonly string[];
  /** Tells it from one that another load has kept. */
  readonly nonce: string;
}

/** Says to those who wait that this response was for one request alone. Never kept. */
export interface Refused {
  readonly nuthatch: 'refused';
}

/** Says to those who wait that whoever ran the handler has gone, and the handler failed with that. Never kept. */
export interface Abandoned {
  readonly nuthatch: 'abandoned';
}

export type Kept = KeptResponse | KeptVariants | Refused | Abandoned;

export const REFUSED: Refused = Object.freeze({ nuthatch: 'refused' });
export const ABANDONED: Abandoned = Object.freeze({ nuthatch: 'abandoned' });

/** What the cache has under a key, if it is ours: a key that was chosen may be somebody else's, too. */
export function asKept(value: unknown): Kept | undefined {
  if (typeof value !== 'object' || value === null || !('nuthatch' in value)) return undefined;
  // Whoever writes such a value has written all of it.
  const kept = value as Kept;
  return isWhole(kept) ? kept : undefined;
}

function isWhole(kept: Kept): boolean {
  switch (kept.nuthatch) {
    case 'response':
      return Array.isArray(kept.headers) && Number.isInteger(kept.status);
    case 'variants':
      return Array.isArray(kept.names);
    case 'refused':
    case 'abandoned':
      return true;
    default:
      return false;
  }
}
