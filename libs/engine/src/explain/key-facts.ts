import type { LoadExplanation, MissReason } from './explanation.js';

/** Why an entry is no longer there. */
export interface Departure {
  readonly at: number;
  readonly reason: MissReason;
  detail: string;
}

/** What has happened to one key lately. */
export interface KeyFacts {
  /** When it was last written, and with which tags. */
  written: { readonly at: number; readonly tags: readonly string[] } | undefined;
  departure: Departure | undefined;
  load: (Omit<LoadExplanation, 'agoMs'> & { readonly at: number }) | undefined;
  miss: Departure | undefined;
}

export function noFacts(): KeyFacts {
  return { written: undefined, departure: undefined, load: undefined, miss: undefined };
}
