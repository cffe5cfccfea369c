/** What is shown when a loaded value is shared: the tier takes it where the key has not changed since the ticket was given. */
export interface ShareTicket {
  readonly stamp: string;
  /** The lease that is held, if any. */
  readonly token: string | undefined;
}
