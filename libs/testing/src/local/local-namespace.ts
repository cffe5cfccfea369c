import {
  type Claim,
  type Clock,
  FENCE_MS,
  type Filled,
  type Invalidation,
  type LeaseRequest,
  type Row,
  type Stamp,
  type TierRead,
  TOO_CLOSE_MS,
} from 'nuthatch/engine';

/** Versions that are closer than this cannot be told apart: there are 1,024 in a millisecond. */
const TOO_CLOSE = TOO_CLOSE_MS * 1024;

/** What is known of a key. */
interface Known {
  /** Nothing where the key was deleted. */
  readonly row: Row | undefined;
  readonly version: number;
  readonly stamp: Stamp;
  /** When nothing need be known any more, as a time of `clock.now()`. */
  readonly forgetAt: number;
}

interface Lease {
  readonly token: string;
  readonly until: number;
  /** Whether somebody else has asked for it. */
  readonly isAwaited: boolean;
}

/** What the servers of a process have in common: the time, and names that none gives twice. */
export interface Source {
  readonly clock: Clock;
  draw(): string;
}

/** What a local tier has of one cache. Everything happens at once; that it takes time is the tier's affair. */
export class LocalNamespace {
  readonly #source: Source;
  readonly #keys = new Map<string, Known>();
  readonly #leases = new Map<string, Lease>();
  readonly #marks = new Map<string, Invalidation>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** Another one that has the same, leases included. */
  copy(): LocalNamespace {
    const copy = new LocalNamespace(this.#source);
    for (const [key, known] of this.#keys) copy.#keys.set(key, known);
    for (const [key, lease] of this.#leases) copy.#leases.set(key, lease);
    for (const [id, mark] of this.#marks) copy.#marks.set(id, mark);
    return copy;
  }

  read(key: string): TierRead {
    const known = this.#known(key);
    if (known === undefined) return { row: undefined, stamp: '', version: 0 };
    const { row, stamp, version } = known;
    const isThere = row !== undefined && !this.#isExpired(row);
    return { row: isThere ? structuredClone(row) : undefined, stamp, version };
  }

  put(row: Row): number {
    const before = this.#known(row.key)?.version ?? 0;
    if (row.version >= before) return this.#keep(row);
    if (before - row.version > TOO_CLOSE) return before;
    return this.#bury(row.key, before + 1);
  }

  delete(key: string, version: number): number {
    const before = this.#known(key)?.version ?? 0;
    return this.#bury(key, before > version ? before + 1 : version);
  }

  claim(key: string, { seen, leaseMs }: LeaseRequest): Claim {
    const read = this.read(key);
    const lease = this.#lease(key);
    const isNews = read.row !== undefined && read.stamp !== seen;
    const now = this.#source.clock.now();
    if (lease === undefined && leaseMs > 0 && !isNews) {
      const token = this.#source.draw();
      this.#leases.set(key, { token, until: now + leaseMs, isAwaited: false });
      return { ...read, token, busyMs: 0 };
    }
    if (lease !== undefined && leaseMs > 0 && !isNews) this.#leases.set(key, { ...lease, isAwaited: true });
    return { ...read, token: undefined, busyMs: lease === undefined ? 0 : lease.until - now };
  }

  fill(row: Row, { stamp, token }: Pick<Claim, 'stamp' | 'token'>): Filled {
    const isAwaited = token !== undefined && this.release(row.key, token);
    const known = this.#known(row.key);
    if ((known?.stamp ?? '') !== stamp || (known?.version ?? 0) > row.version) return 'fenced';
    this.#keep(row);
    return isAwaited ? 'awaited' : 'filled';
  }

  release(key: string, token: string): boolean {
    const lease = this.#lease(key);
    if (lease?.token !== token) return false;
    this.#leases.delete(key);
    return lease.isAwaited;
  }

  invalidate(invalidation: Invalidation): void {
    const { scope, name, version } = invalidation;
    const id = `${scope} ${name}`;
    if ((this.#marks.get(id)?.version ?? -Infinity) < version) this.#marks.set(id, { scope, name, version });
  }

  invalidations(): Invalidation[] {
    return [...this.#marks.values()];
  }

  /** Loads that are under way are fenced, as by a deletion. */
  clear(): void {
    for (const [key, { row, version }] of this.#keys) if (row !== undefined) this.#bury(key, version);
  }

  rows(): Row[] {
    return Array.from(this.#keys.keys(), (key) => this.read(key).row).filter((row) => row !== undefined);
  }

  #keep(row: Row): number {
    const { clock, draw } = this.#source;
    const lifeMs = row.expiresAt === undefined ? Infinity : Math.max(row.expiresAt - clock.wallNow(), 0);
    const forgetAt = clock.now() + lifeMs + FENCE_MS;
    this.#keys.set(row.key, {
      row: structuredClone(row),
      version: row.version,
      stamp: draw(),
      forgetAt,
    });
    return row.version;
  }

  #bury(key: string, version: number): number {
    const { clock, draw } = this.#source;
    this.#keys.set(key, { row: undefined, version, stamp: draw(), forgetAt: clock.now() + FENCE_MS });
    return version;
  }

  #known(key: string): Known | undefined {
    const known = this.#keys.get(key);
    if (known === undefined || known.forgetAt > this.#source.clock.now()) return known;
    this.#keys.delete(key);
    return undefined;
  }

  #lease(key: string): Lease | undefined {
    const lease = this.#leases.get(key);
    if (lease === undefined || lease.until > this.#source.clock.now()) return lease;
    this.#leases.delete(key);
    return undefined;
  }

  #isExpired({ expiresAt }: Row): boolean {
    return expiresAt !== undefined && expiresAt <= this.#source.clock.wallNow();
  }
}
