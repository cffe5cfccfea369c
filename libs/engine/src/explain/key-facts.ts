import type { LoadExplanation, MissReason } from './explanation.js';

/** Why an entry is no longer there. */
export interface Departure {
  readonly at: number;
  readonly reason: MissReason;
  detail: string;
}

/** The last time that a key was written. */
export interface Written {
  readonly order: number;
  readonly tags: readonly string[];
  /** Whether it was stale at once, as `expire` makes it. */
  readonly isExpired: boolean;
}

/** What has happened to one key lately. */
export interface KeyFacts {
  /** After which other events it was last written, and with which tags. */
  written: Written | undefined;
  /** After which other events a stale value was last served, from wherever it is kept. */
  served: number | undefined;
  departure: Departure | undefined;
  load: (Omit<LoadExplanation, 'agoMs'> & { readonly at: number }) | undefined;
  miss: Departure | undefined;
}

export function noFacts(): KeyFacts {
  return { written: undefined, served: undefined, departure: undefined, load: undefined, miss: undefined };
}
