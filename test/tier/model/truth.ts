import { KEYS } from './steps.js';

/** What one process sees of a key may be older by this much than what was acknowledged, whatever fails. */
const MOST_STALE_MS = 1000;

/** The version of each key at its source, and when which of them was acknowledged by the cache. */
export class Truth {
  readonly #versions = new Map<string, number>(KEYS.map((key) => [key, 0]));
  readonly #acknowledged: { readonly key: string; readonly version: number; readonly at: number }[] = [];

  at(key: string): number {
    return this.#versions.get(key) ?? 0;
  }

  /** The source changes; answers the new version. */
  change(key: string): number {
    const version = this.at(key) + 1;
    this.#versions.set(key, version);
    return version;
  }

  acknowledge(key: string, version: number, at: number): void {
    this.#acknowledged.push({ key, version, at });
  }

  /** The oldest version that a read may show that begins then. */
  floor(key: string, at: number): number {
    const known = this.#acknowledged.filter((one) => one.key === key && one.at < at - MOST_STALE_MS);
    return Math.max(0, ...known.map(({ version }) => version));
  }
}
