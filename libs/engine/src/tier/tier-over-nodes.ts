import type { Invalidation } from '../kernel/invalidation.js';
import type { Row } from '../store/backing-store.js';
import { NOTHING_READ, type Routes } from './routes.js';
import type { ShardNode } from './shard-node.js';
import type { Claim, Deletion, Filled, LeaseRequest, SharedTier, Stamp, TierRead } from './shared-tier.js';

/** Several tiers that look like one: every key has its own node. What is promised is told at `shardedTier`. */
export class TierOverNodes implements SharedTier {
  readonly isSpread = true;
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  open(): Promise<void> {
    return this.#routes.open();
  }

  async get(key: string): Promise<TierRead> {
    const { copies, view } = this.#routes;
    await view.ready();
    const places = view.placesOf(key, copies.noteRead(key));
    return (await copies.read(key, places)) ?? NOTHING_READ;
  }

  /** Keys whose node fails are as if there were nothing, as long as any node answers. */
  async getMany(keys: readonly string[]): Promise<readonly TierRead[]> {
    const { copies, view, context } = this.#routes;
    await view.ready();
    const reads = new Map<string, TierRead>();
    const hot = keys.filter((key) => copies.noteRead(key) > 1);
    const isHot = new Set(hot);
    const spread = hot.map(async (key) => void reads.set(key, await this.#spreadRead(key)));
    const { done, errors } = await this.#routes.byHome(
      keys.filter((key) => !isHot.has(key)),
      async (node, own) => {
        const found = await node.call('get', (tier) => tier.getMany(own));
        for (const [at, key] of own.entries()) reads.set(key, found[at] ?? NOTHING_READ);
      },
    );
    const failed = (await Promise.allSettled(spread)).filter((end) => end.status === 'rejected');
    errors.push(...failed.map(({ reason }) => reason as unknown));
    if (done === 0 && failed.length === spread.length && errors.length > 0) throw errors[0];
    for (const error of errors) context.failed('get', error);
    return keys.map((key) => reads.get(key) ?? NOTHING_READ);
  }

  async put(rows: readonly Row[]): Promise<readonly number[]> {
    const { view } = this.#routes;
    await view.ready();
    const byKey = new Map(rows.map((row, at) => [row.key, at]));
    if (byKey.size < rows.length) return this.#oneByOne(rows);
    const versions = rows.map(({ version }) => version);
    const { errors } = await this.#routes.byHome([...byKey.keys()], async (node, own) => {
      const places = own.map((key) => byKey.get(key) ?? -1);
      const mine = places.flatMap((at) => rows[at] ?? []);
      const answers = await node.call('put', (tier) => tier.put(mine));
      for (const [index, at] of places.entries()) versions[at] = answers[index] ?? -1;
      await this.#spread(mine.filter(({ version }, index) => answers[index] === version));
    });
    if (errors.length > 0) throw errors[0];
    return versions;
  }

  async delete(deletions: readonly Deletion[]): Promise<readonly number[]> {
    const { view } = this.#routes;
    await view.ready();
    const versionOf = new Map<string, number>();
    const { errors } = await this.#routes.byHome(
      [...new Set(deletions.map(({ key }) => key))],
      async (node, own) => {
        const keys = new Set(own);
        const mine = deletions.filter(({ key }) => keys.has(key));
        const versions = await node.call('delete', (tier) => tier.delete(mine));
        const done = mine.map(({ key, version }, at) => ({ key, version: versions[at] ?? version }));
        for (const { key, version } of done) versionOf.set(key, version);
        await this.#deleteCopies(done);
      },
    );
    if (errors.length > 0) throw errors[0];
    return deletions.map(({ key, version }) => versionOf.get(key) ?? version);
  }

  async claim(key: string, request: LeaseRequest): Promise<Claim> {
    const { view } = this.#routes;
    const home = await this.#routes.homeOf(key);
    const { changes } = view;
    const seen = stampIn(request.seen, changes) ?? request.seen;
    const claim = await home.call('claim', (tier) => tier.claim(key, { ...request, seen }));
    return { ...claim, stamp: stampOut(claim.stamp, changes) };
  }

  /** What was claimed before the nodes have changed is fenced: the key may have been changed at its other place. */
  async fill(row: Row, { stamp, token }: Pick<Claim, 'stamp' | 'token'>): Promise<Filled> {
    const home = await this.#routes.homeOf(row.key);
    const claimed = stampIn(stamp, this.#routes.view.changes);
    if (claimed === undefined) return 'fenced';
    const filled = await home.call('fill', (tier) => tier.fill(row, { stamp: claimed, token }));
    if (filled !== 'fenced') await this.#spread([row]);
    return filled;
  }

  async release(key: string, token: string): Promise<boolean> {
    const home = await this.#routes.homeOf(key);
    return home.call('release', (tier) => tier.release(key, token));
  }

  invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return this.#routes.onAll('invalidate', async (tier) => tier.invalidate(invalidations));
  }

  async invalidations(): Promise<readonly Invalidation[]> {
    const newest = new Map<string, Invalidation>();
    await this.#routes.onAll('tell its invalidations', async (tier) => {
      for (const mark of await tier.invalidations()) {
        const id = `${mark.scope} ${mark.name}`;
        if ((newest.get(id)?.version ?? -1) < mark.version) newest.set(id, mark);
      }
    });
    return [...newest.values()].sort((one, other) => one.version - other.version);
  }

  clear(): Promise<void> {
    return this.#routes.onAll('clear', async (tier) => tier.clear());
  }

  scan(): AsyncIterable<readonly Row[]> {
    return this.#routes.scan();
  }

  time(): Promise<number | undefined> {
    return this.#routes.time();
  }

  close(): Promise<void> {
    return this.#routes.close();
  }

  async #spreadRead(key: string): Promise<TierRead> {
    const { copies, view } = this.#routes;
    return (await copies.read(key, view.placesOf(key, copies.spreadOf(key)))) ?? NOTHING_READ;
  }

  /** Rows of one key in one call: their order counts, and each has its answer. */
  async #oneByOne(rows: readonly Row[]): Promise<readonly number[]> {
    const versions: number[] = [];
    for (const row of rows) versions.push(...(await this.put([row])));
    return versions;
  }

  /** Brings what was written to the copies that this process reads. */
  async #spread(rows: readonly Row[]): Promise<void> {
    const { copies } = this.#routes;
    await Promise.all(
      rows.flatMap((row) => this.#copyPlacesOf(row.key).map((place) => copies.write([row], place))),
    );
  }

  async #deleteCopies(deletions: readonly Deletion[]): Promise<void> {
    const { context } = this.#routes;
    const deleting = deletions.flatMap((deletion) =>
      this.#copyPlacesOf(deletion.key).map((place) =>
        place.call('delete a copy', (tier) => tier.delete([deletion])),
      ),
    );
    for (const end of await Promise.allSettled(deleting))
      if (end.status === 'rejected') context.failed('delete a copy', end.reason);
  }

  /** None where the nodes have changed since the key was written: the copies that are there do not live long. */
  #copyPlacesOf(key: string): readonly ShardNode[] {
    const { copies, view, context } = this.#routes;
    const count = copies.spreadOf(key);
    if (count === 1) return [];
    try {
      return view.placesOf(key, count).slice(1);
    } catch (error) {
      context.failed('find the copies of a key', error);
      return [];
    }
  }
}

/** A stamp that tells after how many changes of the nodes it was given; as it is where there were none. */
function stampOut(stamp: Stamp, changes: number): Stamp {
  return changes === 0 ? stamp : `${changes}@${stamp}`;
}

/** The stamp as the node gave it; nothing where the nodes have changed since. */
function stampIn(stamp: Stamp, changes: number): Stamp | undefined {
  if (changes === 0) return stamp;
  const prefix = `${changes}@`;
  return stamp.startsWith(prefix) ? stamp.slice(prefix.length) : undefined;
}
