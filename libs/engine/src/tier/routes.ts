import type { Row } from '../store/backing-store.js';
import type { HotCopies } from './hot-copies.js';
import { MARK_PREFIX } from './ring-standing.js';
import type { RingView } from './ring-view.js';
import type { ShardNode } from './shard-node.js';
import { noNodeLeft } from './sharded-errors.js';
import type { SharedTier, TierContext, TierRead } from './shared-tier.js';

/** What there is where there is nothing. */
export const NOTHING_READ: TierRead = { row: undefined, stamp: '', version: 0 };

/** What calls are sent by. */
export interface RoutesParts {
  readonly nodes: ReadonlyMap<string, ShardNode>;
  readonly view: RingView;
  readonly copies: HotCopies;
  readonly context: TierContext;
}

/** What became of calls on several nodes. */
export interface Sent {
  /** How many nodes have answered. */
  readonly done: number;
  readonly errors: unknown[];
}

/** Sends calls to the nodes that they are for. */
export class Routes {
  readonly view: RingView;
  readonly copies: HotCopies;
  readonly context: TierContext;
  readonly #nodes: ReadonlyMap<string, ShardNode>;

  constructor({ nodes, view, copies, context }: RoutesParts) {
    this.#nodes = nodes;
    this.view = view;
    this.copies = copies;
    this.context = context;
  }

  /** Opens every node; one is enough to go on with, the others are ejected. @throws what the first has thrown, where none can be opened. */
  async open(): Promise<void> {
    const opened = await Promise.allSettled([...this.#nodes.values()].map((node) => node.open()));
    const [failed] = opened.filter((end) => end.status === 'rejected');
    if (failed !== undefined && opened.every((end) => end.status === 'rejected')) throw failed.reason;
    await this.view.start();
  }

  /** The node of a key. */
  async homeOf(key: string): Promise<ShardNode> {
    await this.view.ready();
    return this.#homeOf(key);
  }

  /** Runs a task for each node that has some of the keys, in parallel. Never rejects. */
  async byHome(
    keys: readonly string[],
    task: (node: ShardNode, own: readonly string[]) => Promise<void>,
  ): Promise<Sent> {
    const groups = new Map<ShardNode, string[]>();
    const errors: unknown[] = [];
    for (const key of keys) this.#sort(key, groups, errors);
    const ends = await Promise.allSettled(Array.from(groups, ([node, own]) => task(node, own)));
    const failed = ends.filter((end) => end.status === 'rejected');
    errors.push(...failed.map(({ reason }) => reason as unknown));
    return { done: ends.length - failed.length, errors };
  }

  /** Runs a task on every node that is not away. @throws what the first has thrown that failed, when all have ended. */
  async onAll(operation: string, run: (tier: SharedTier) => Promise<void>): Promise<void> {
    await this.view.ready();
    const { present } = this.view;
    if (present.length === 0) throw noNodeLeft(this.#nodes.size);
    const ends = await Promise.allSettled(present.map((node) => node.call(operation, run)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Entries are where readers would look: copies and what was left elsewhere are passed over. */
  async *scan(): AsyncGenerator<readonly Row[], void> {
    await this.view.ready();
    for (const node of this.view.present)
      for await (const rows of node.scan())
        yield rows.filter(({ key }) => !key.startsWith(MARK_PREFIX) && this.#homeOf(key) === node);
  }

  /** What the first node by name says that can be used, so that it is the same node for everybody. */
  async time(): Promise<number | undefined> {
    let last: unknown = noNodeLeft(this.#nodes.size);
    for (const node of this.view.present)
      try {
        return await node.call('tell the time', (tier) => tier.time());
      } catch (error) {
        last = error;
      }
    throw last;
  }

  async close(): Promise<void> {
    this.view.stop();
    const ends = await Promise.allSettled([...this.#nodes.values()].map((node) => node.close()));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  #sort(key: string, groups: Map<ShardNode, string[]>, errors: unknown[]): void {
    try {
      const home = this.#homeOf(key);
      const group = groups.get(home);
      if (group === undefined) groups.set(home, [key]);
      else group.push(key);
    } catch (error) {
      // One that is told is enough: the keys of a node that changes are many.
      if (errors.length === 0) errors.push(error);
    }
  }

  #homeOf(key: string): ShardNode {
    const [home] = this.view.placesOf(key, 1);
    if (home === undefined) throw noNodeLeft(this.#nodes.size);
    return home;
  }
}
