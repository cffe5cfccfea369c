import type { ShareTicket } from '../kernel/share-ticket.js';
import type { Permits, ReadToLoad } from '../store/permits.js';
import type { Backing, Found } from './backing.js';
import { gathers } from './collapse.js';
import type { LoadRequest } from './load-request.js';

/** What the permit of a load works on. */
export interface LoadPermitParts<V> {
  readonly backing: Backing<V> | undefined;
  /** Says who of several processes loads a key; nothing where the cache shares no tier. */
  readonly permits: Permits | undefined;
}

/** The right of one load to ask its loader, where several processes share a tier. */
export class LoadPermit<V> {
  readonly #parts: LoadPermitParts<V>;
  readonly #request: Pick<LoadRequest<V>, 'key' | 'rules' | 'loader' | 'ticketOfTier'>;
  #ticket: ShareTicket | undefined;

  constructor(
    parts: LoadPermitParts<V>,
    request: Pick<LoadRequest<V>, 'key' | 'rules' | 'loader' | 'ticketOfTier'>,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#ticket = request.ticketOfTier;
  }

  /** What to show when the value is shared. */
  get ticket(): ShareTicket | undefined {
    return this.#ticket;
  }

  /** Whether somebody is to be asked. */
  get isNeeded(): boolean {
    return this.#parts.permits !== undefined && this.#ticket === undefined;
  }

  /** What the store is asked along with the entry, so that the permit need not be asked for where there is none. */
  get toLoad(): ReadToLoad | undefined {
    if (!this.isNeeded || gathers(this.#request.loader)) return undefined;
    return { leaseMs: this.#request.rules.leaseMs, granted: (ticket) => (this.#ticket = ticket) };
  }

  /** Waits while another process loads the key; answers what that has shared, or nothing where the loader may be asked. Never rejects. */
  async ask(isUnwanted: () => boolean): Promise<Found<V> | undefined> {
    const { permits, backing } = this.#parts;
    const { key, rules } = this.#request;
    const use = (row: Parameters<Backing<V>['usable']>[0]): Found<V> | undefined => backing?.usable(row);
    const permit = await permits?.permit({ key, leaseMs: rules.leaseMs, isUnwanted, use });
    this.#ticket = permit?.ticket;
    return permit?.found;
  }

  /** A loader was not asked, or has failed: another process may try. */
  giveBack(): void {
    const ticket = this.#ticket;
    this.#ticket = undefined;
    if (ticket !== undefined) this.#parts.permits?.giveBack(this.#request.key, ticket);
  }
}
