import type { BackingStore, Row } from '../store/backing-store.js';
import type { ReadToLoad } from '../store/permits.js';
import type { Leases } from './leases.js';
import type { Link } from './link.js';
import type { SharedTier } from './shared-tier.js';
import { Together } from './together.js';

/** How much the latest answer counts among those before it. */
const LATEST_SHARE = 0.05;

/** What the tier is read with. */
export interface TierReadsParts {
  /** The tier as a store, guarded. */
  readonly shared: BackingStore;
  readonly tier: Pick<SharedTier, 'isSpread'>;
  readonly link: Pick<Link, 'isReadable'>;
  /** Nothing where only a bus is shared. */
  readonly leases: Pick<Leases, 'readToLoad'> | undefined;
  readonly failed: (operation: string, error: unknown) => void;
}

/**
 * Reads the shared tier of a cache: what it has, where it can be vouched for, also when the answer comes. A tier that fails is as one that has
 * nothing. What is asked for at the same time is read together, unless a part of it may fail alone.
 */
export class TierReads {
  readonly #parts: TierReadsParts;
  readonly #reads: Together<string, Row | undefined>;
  /** Of what loads have asked for, how much was there: a moving average. */
  #hitShare = 1;

  constructor(parts: TierReadsParts) {
    this.#parts = parts;
    this.#reads = new Together((keys) => this.#getTogether(keys));
  }

  /** Every read of a cache without a store of its own comes here: each promise less counts. */
  get(key: string): Promise<Row | undefined> {
    const { tier, link } = this.#parts;
    if (!link.isReadable) return Promise.resolve(undefined);
    return tier.isSpread === true ? this.#getAlone(key) : this.#reads.do(key);
  }

  /**
   * As {@link get}, for a load: where the tier has less than half of what is asked for like that, the right to load is asked for along with the entry. A claim
   * is more work for the tier than a read, and a hit needs none.
   */
  getToLoad(key: string, reading: ReadToLoad): Promise<Row | undefined> {
    const { link, leases, failed } = this.#parts;
    if (leases === undefined || this.#hitShare >= 0.5 || !link.isReadable)
      return this.#counted(this.get(key));
    const claimed = leases.readToLoad(key, reading).then(
      (row) => this.#shown(row),
      (error: unknown) => {
        failed(`read ${key}`, error);
        return undefined;
      },
    );
    return this.#counted(claimed);
  }

  async #counted(reading: Promise<Row | undefined>): Promise<Row | undefined> {
    const row = await reading;
    this.#hitShare += ((row === undefined ? 0 : 1) - this.#hitShare) * LATEST_SHARE;
    return row;
  }

  async getMany(keys: readonly string[]): Promise<readonly Row[]> {
    const { shared, link, failed } = this.#parts;
    if (!link.isReadable) return [];
    try {
      const rows = await shared.getMany(keys);
      return link.isReadable ? rows.map(fromTier) : [];
    } catch (error) {
      failed(`read ${keys.length} keys`, error);
      return [];
    }
  }

  async #getAlone(key: string): Promise<Row | undefined> {
    try {
      return this.#shown(await this.#parts.shared.get(key));
    } catch (error) {
      this.#parts.failed(`read ${key}`, error);
      return undefined;
    }
  }

  /** Of the keys some may be the same. */
  async #getTogether(keys: readonly string[]): Promise<readonly (Row | undefined)[]> {
    const [only = ''] = keys;
    if (keys.length === 1) return [await this.#getAlone(only)];
    const rows = new Map((await this.getMany([...new Set(keys)])).map((row) => [row.key, row]));
    return keys.map((key) => rows.get(key));
  }

  #shown(row: Row | undefined): Row | undefined {
    return row !== undefined && this.#parts.link.isReadable ? fromTier(row) : undefined;
  }
}

/** Written out, since a spread takes several times as long. */
function fromTier({ key, value, expiresAt, version, tags, freshUntil }: Row): Required<Row> {
  return { key, value, expiresAt, version, tags, freshUntil, from: 'shared' };
}
