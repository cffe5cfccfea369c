import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Row } from '../store/backing-store.js';
import type { HotKeys } from './hot-keys.js';
import type { ShardNode } from './shard-node.js';
import type { TierRead } from './shared-tier.js';

/** What copies are made of. */
export interface HotCopiesParts {
  /** Nothing where no key is to be spread. */
  readonly hotKeys: HotKeys | undefined;
  readonly replicas: number;
  readonly copyLifeMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly failed: (operation: string, error: unknown) => void;
}

/**
 * Copies of hot keys on other nodes than their own, to spread the reads. A copy lives for `copyLifeMs` at most, whatever the life of the entry,
 * so that nobody need know who else has made one: that long after a change, an old copy is gone everywhere.
 */
export class HotCopies {
  readonly #parts: HotCopiesParts;

  constructor(parts: HotCopiesParts) {
    this.#parts = parts;
  }

  /** Counts a read; answers on how many nodes to look for the key. */
  noteRead(key: string): number {
    const { hotKeys, replicas } = this.#parts;
    return hotKeys?.note(key) === true ? replicas : 1;
  }

  /** On how many nodes this process reads a key. */
  spreadOf(key: string): number {
    const { hotKeys, replicas } = this.#parts;
    return hotKeys?.isHot(key) === true ? replicas : 1;
  }

  /** Reads from one of the nodes that is drawn; where that has no copy, from the first, the key's own, and leaves a copy. */
  async read(key: string, places: readonly ShardNode[]): Promise<TierRead | undefined> {
    const [home, drawn] = [places[0], places[Math.floor(this.#parts.random.next() * places.length)]];
    const copy = drawn === home ? undefined : await this.#copyAt(drawn, key);
    if (copy !== undefined || home === undefined) return copy;
    const read = await home.call('get', (tier) => tier.get(key));
    if (read.row !== undefined && drawn !== home) void this.write([read.row], drawn);
    return read;
  }

  /** Writes copies. Never rejects: what a node does not take is read elsewhere, and its old copies do not live long. */
  async write(rows: readonly Row[], place: ShardNode | undefined): Promise<void> {
    const copies = rows.map((row) => this.#copyOf(row)).filter((copy) => copy !== undefined);
    if (copies.length === 0 || place === undefined) return;
    try {
      await place.call('put a copy', (tier) => tier.put(copies));
    } catch (error) {
      this.#parts.failed('put a copy', error);
    }
  }

  /** What lives longer than a copy can is none: it was left by former times, and may have been overtaken. */
  async #copyAt(place: ShardNode | undefined, key: string): Promise<TierRead | undefined> {
    try {
      const read = await place?.call('get a copy', (tier) => tier.get(key));
      const livesMs = (read?.row?.expiresAt ?? Infinity) - this.#parts.clock.wallNow();
      return livesMs > 0 && livesMs <= this.#parts.copyLifeMs ? read : undefined;
    } catch (error) {
      this.#parts.failed('get a copy', error);
      return undefined;
    }
  }

  /** Nothing where the entry has expired. */
  #copyOf(row: Row): Row | undefined {
    const wallNow = this.#parts.clock.wallNow();
    const expiresAt = Math.min(row.expiresAt ?? Infinity, wallNow + this.#parts.copyLifeMs);
    if (expiresAt <= wallNow) return undefined;
    const { freshUntil, ...rest } = row;
    const isStaleFirst = freshUntil !== undefined && freshUntil < expiresAt;
    return { ...rest, expiresAt, ...(isStaleFirst && { freshUntil }) };
  }
}
