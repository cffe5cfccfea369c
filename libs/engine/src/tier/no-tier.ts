import type { Row } from '../store/backing-store.js';
import type { Claim, Filled, SharedTier, TierRead } from './shared-tier.js';

const NOTHING: TierRead = { row: undefined, stamp: '', version: 0 };

/** Stands in for the tier of a cache that shares nothing but a bus: it keeps nothing. */
export class NoTier implements SharedTier {
  async open(): Promise<void> {}

  async get(): Promise<TierRead> {
    return NOTHING;
  }

  async getMany(keys: readonly string[]): Promise<readonly TierRead[]> {
    return keys.map(() => NOTHING);
  }

  async put(rows: readonly Row[]): Promise<readonly number[]> {
    return rows.map(({ version }) => version);
  }

  async delete(deletions: readonly { readonly version: number }[]): Promise<readonly number[]> {
    return deletions.map(({ version }) => version);
  }

  async claim(): Promise<Claim> {
    return { ...NOTHING, token: undefined, busyMs: 0 };
  }

  async fill(): Promise<Filled> {
    return 'filled';
  }

  async release(): Promise<boolean> {
    return false;
  }

  async invalidate(): Promise<void> {}

  async invalidations(): Promise<readonly []> {
    return [];
  }

  async clear(): Promise<void> {}

  async *scan(): AsyncGenerator<readonly Row[]> {}

  async time(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {}
}
