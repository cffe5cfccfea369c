import type { Row } from '../store/backing-store.js';

/** What is shown when a loaded value is shared: the tier takes it where the key has not changed since. */
export interface LoadTicketOfTier {
  readonly stamp: string;
  /** The lease that is held, if any. */
  readonly token: string | undefined;
}

/** Who wants to load a key. */
export interface Applicant<F> {
  readonly key: string;
  /** How long the lease lasts; 0 for none. */
  readonly leaseMs: number;
  /** Whether nobody waits for it any more. */
  readonly isUnwanted: () => boolean;
  /** What can be used of a row that somebody else has put there. */
  readonly use: (row: Row) => F | undefined;
}

/** What an applicant is answered: what was found meanwhile, or what to show when the loaded value is shared; neither where the tier cannot be asked. */
export interface Permit<F> {
  readonly found?: F | undefined;
  readonly ticket?: LoadTicketOfTier | undefined;
}

/** Says who of several processes loads a key. */
export interface Permits {
  /** Never rejects. */
  permit<F>(applicant: Applicant<F>): Promise<Permit<F>>;
  /** There is no result to share. */
  giveBack(key: string, ticket: LoadTicketOfTier): void;
}
