import type { ShareTicket } from '../kernel/share-ticket.js';
import type { Row } from './backing-store.js';

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
  readonly ticket?: ShareTicket | undefined;
}

/** A read for somebody who is to load the key where nothing is found. */
export interface ReadToLoad {
  /** How long the lease lasts that a load asks for; 0 for none. */
  readonly leaseMs: number;
  /** Told what a permit would have been asked for, where the reading has brought it. */
  readonly granted: (ticket: ShareTicket) => void;
}

/** Says who of several processes loads a key. */
export interface Permits {
  /** Never rejects. */
  permit<F>(applicant: Applicant<F>): Promise<Permit<F>>;
  /** There is no result to share. */
  giveBack(key: string, ticket: ShareTicket): void;
}
