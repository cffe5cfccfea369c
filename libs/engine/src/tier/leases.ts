import type { Clock } from '../kernel/clock.js';
import type { Sequence } from '../kernel/sequence.js';
import type { ShareTicket } from '../kernel/share-ticket.js';
import type { GuardedStore } from '../store/guarded-store.js';
import type { Row } from '../store/backing-store.js';
import type { Applicant, Permit, Permits, ReadToLoad } from '../store/permits.js';
import type { Link } from './link.js';
import type { Claim, SharedTier } from './shared-tier.js';

/** What leases are asked of. */
export interface LeasesParts {
  readonly tier: SharedTier;
  readonly shared: Pick<GuardedStore, 'ask'>;
  readonly link: Pick<Link, 'isReadable' | 'isBlind' | 'publish'>;
  readonly clock: Clock;
  readonly sequence: Sequence;
  readonly failed: (operation: string, error: unknown) => void;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;

/**
 * One loader per key across processes: who holds the lease of a key loads it, the others wait until they are told that it was given back, or until it
 * has expired. See Nishtala et al., Scaling Memcache at Facebook, NSDI 2013.
 */
export class Leases implements Permits {
  readonly #parts: LeasesParts;
  readonly #waiting = new Map<string, Set<Call>>();

  constructor(parts: LeasesParts) {
    this.#parts = parts;
  }

  /**
   * Never rejects. Who waits looks again after 50 milliseconds, then after twice as long each time, and once a second at least. Who is cut off loads by
   * itself, and waits for nothing.
   */
  async permit<F>(applicant: Applicant<F>): Promise<Permit<F>> {
    if (this.#parts.link.isBlind) return {};
    try {
      return await this.#permit(applicant);
    } catch (error) {
      this.#parts.failed(`claim ${applicant.key}`, error);
      return {};
    }
  }

  /**
   * What is under a key, and the right to load it where nothing is and nobody else holds that: one call in the place of a read and a claim.
   * @throws where the tier cannot be asked.
   */
  async readToLoad(key: string, { leaseMs, granted }: ReadToLoad): Promise<Row | undefined> {
    const claim = await this.#claim(key, '', leaseMs);
    if (claim.row === undefined && (claim.busyMs === 0 || leaseMs === 0)) granted(claim);
    return claim.row;
  }

  /** What to show when values of these keys are shared, of those that could be asked for. */
  async tickets(keys: readonly string[]): Promise<ReadonlyMap<string, ShareTicket>> {
    const { shared, tier, failed } = this.#parts;
    const tickets = new Map<string, ShareTicket>();
    if (this.#parts.link.isBlind) return tickets;
    const ask = async (key: string): Promise<void> => {
      const claim = await shared.ask('claim', key, () => tier.claim(key, { seen: '', leaseMs: 0 }));
      tickets.set(key, claim);
    };
    const asked = await Promise.allSettled(keys.map(ask));
    const refused = asked.find((one) => one.status === 'rejected');
    if (refused !== undefined) failed('claim keys', refused.reason);
    return tickets;
  }

  /** The lease is not needed any more, and there is no result. */
  giveBack(key: string, { token }: ShareTicket): void {
    if (token === undefined) return;
    const { tier, shared, link, failed } = this.#parts;
    const give = async (): Promise<void> => {
      const isAwaited = await shared.ask('release', key, () => tier.release(key, token));
      if (isAwaited) await link.publish([{ kind: 'released', keys: [key] }]);
    };
    give().catch((error: unknown) => failed(`release ${key}`, error));
  }

  /** Somebody has given back the leases of these keys. */
  released(keys: readonly string[]): void {
    for (const key of keys) for (const call of this.#waiting.get(key) ?? []) call.told();
  }

  async #permit<F>({ key, leaseMs, isUnwanted, use }: Applicant<F>): Promise<Permit<F>> {
    let seen = '';
    let waitMs = FIRST_WAIT_MS;
    while (!isUnwanted()) {
      // Listens first, so that what is said before the answer comes is not missed.
      const call = this.#listen(key);
      try {
        const claim = await this.#claim(key, seen, leaseMs);
        const isNew = claim.row !== undefined && claim.stamp !== seen;
        const found = isNew && this.#parts.link.isReadable ? use(claim.row) : undefined;
        if (found !== undefined) return { found };
        if (isNew) seen = claim.stamp;
        else if (claim.busyMs === 0 || leaseMs === 0) return { ticket: claim };
        else {
          await call.within(Math.min(claim.busyMs + 1, waitMs));
          waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
        }
      } finally {
        call.end();
      }
    }
    return {};
  }

  #listen(key: string): Call {
    const calls = this.#waiting.get(key) ?? new Set();
    const call = new Call(this.#parts.clock, () => {
      calls.delete(call);
      if (calls.size === 0 && this.#waiting.get(key) === calls) this.#waiting.delete(key);
    });
    this.#waiting.set(key, calls.add(call));
    return call;
  }

  async #claim(key: string, seen: string, leaseMs: number): Promise<Claim> {
    const { shared, tier, sequence } = this.#parts;
    let isLate = false;
    const ask = async (): Promise<Claim> => {
      const claim = await tier.claim(key, { seen, leaseMs });
      // Whoever asked has gone on without it; the others are not to wait for that one.
      if (isLate) this.giveBack(key, claim);
      return claim;
    };
    try {
      const claim = await shared.ask('claim', key, ask);
      sequence.pass(claim.version);
      return claim;
    } catch (error) {
      isLate = true;
      throw error;
    }
  }
}

/** Somebody who waits to be told that a lease was given back. */
class Call {
  readonly end: () => void;
  readonly #clock: Clock;
  #isTold = false;
  #wake: () => void = () => undefined;

  constructor(clock: Clock, end: () => void) {
    this.#clock = clock;
    this.end = end;
  }

  told(): void {
    this.#isTold = true;
    this.#wake();
  }

  /** Resolves when told, or after so long. */
  within(waitMs: number): Promise<void> {
    if (this.#isTold) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.schedule(resolve, waitMs);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
