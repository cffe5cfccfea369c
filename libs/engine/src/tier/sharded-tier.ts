import { seededRandom } from '../kernel/random.js';
import { HotCopies } from './hot-copies.js';
import { HotKeys } from './hot-keys.js';
import { RingView } from './ring-view.js';
import { Routes } from './routes.js';
import { ShardNode } from './shard-node.js';
import {
  resolveShardedTier,
  type ShardedTierOptions,
  type ShardedTierSettings,
} from './sharded-tier-options.js';
import type { SharedTier, SharedTierFactory, TierContext } from './shared-tier.js';
import { TierOverNodes } from './tier-over-nodes.js';

/**
 * One shared tier over several independent ones, such as Redis servers: each key lives on its own node of a consistent hash ring.
 *
 * **A node that fails.** A process that has failed at a node `ejectAfter` times in a row tells the others so, by a mark on the other nodes; the
 * keys of the node then live on the next nodes of the ring, for every process, until nobody fails at it any more. Before that, calls on its keys
 * fail, and `getMany` answers for them as if there were nothing. When a node goes and when it comes back, all processes stop using its
 * keys for `4 * lookEvery + timeout` (1.5 seconds by default), so that no two of them use different nodes for a key; and each calls
 * `suspect('all')`, since both places may have entries that were overtaken at the other one. The price: one bad connection between one process and
 * one node ejects the node for all of them, and every ejection and every return empties the whole cache, once for each process.
 * Who joins within a minute after a return finds the old mark, and does without the keys of that node for a few seconds, until it is sure that it is old.
 *
 * **What is promised.** No reader gets an entry from the tier that was overtaken by an acknowledged write, as long as each two processes reach a
 * node in common other than the one in question, nodes keep the marks they have acknowledged, answer looks within `lookEvery`, and clocks go equally fast.
 * Where the network parts the processes so that two of them have no node in common, each part may use its own place of a key, and read what
 * the other has overtaken, until they see each other's marks: then both forget everything.
 *
 * **Hot keys.** A key that is read very often is read from one of `replicas` nodes, drawn at random; where that has no copy, the key's own node
 * is asked, and the copy is made. Writes and deletions go to the key's own node first, and to the copies that this process knows of. Another
 * process need not know that a key is hot, so a copy lives for `copyLife` at most: a hot key may be answered as it was up to so long ago (and as
 * much longer as the clocks of two processes differ). Memory keeps a value that was read from a copy no longer than that. `replicas: 1` or `hotKeys: false`
 * reads only what is current. Leases are at the key's own node alone.
 *
 * **The nodes.** Changing nodes, weights, `virtualNodes` or `seed` moves keys, and what is left at their old places is read again where a later change moves
 * them back: start all processes with the new nodes at once, and `clear()` the cache then.
 *
 * With one node nothing can be ejected: it is used as it is.
 *
 * @example
 * ```ts
 * sharedTier: shardedTier({ nodes: { a: redis({ url: 'redis://a' }), b: { tier: redis({ url: 'redis://b' }), weight: 2 } } })
 * ```
 * @throws CacheError `bad_option` naming every wrong option.
 */
export function shardedTier(options: ShardedTierOptions): SharedTierFactory {
  const settings = resolveShardedTier(options);
  return { name: 'sharded', create: (context) => wire(settings, context), bus: settings.bus };
}

function wire(settings: ShardedTierSettings, context: TierContext): SharedTier {
  const { clock } = context;
  const { ring, replicas, copyLifeMs, hotKeys } = settings;
  const random = settings.random ?? seededRandom(clock.wallNow());
  const nodes = nodesOf(settings, context, (failing) => void view.announce(failing));
  const view: RingView = new RingView({ ...settings, nodes, ring, context });
  const spreads = hotKeys !== undefined && replicas > 1 && nodes.size > 1;
  const copies = new HotCopies({
    hotKeys: spreads ? new HotKeys(hotKeys, { clock, random }) : undefined,
    replicas,
    copyLifeMs,
    clock,
    random,
    failed: (operation, error) => context.failed(operation, error),
  });
  return new TierOverNodes(new Routes({ nodes, view, copies, context }));
}

function nodesOf(
  settings: ShardedTierSettings,
  context: TierContext,
  announce: (failing: ShardNode) => void,
): ReadonlyMap<string, ShardNode> {
  const gaveUp = (node: ShardNode, error: unknown): void => {
    context.failed(`use the node ${node.name}`, error);
    announce(node);
  };
  const parts = { ...settings, clock: context.clock, gaveUp };
  const nodes = Array.from(settings.tiers, ([name, factory]) => {
    const tier = factory.create({
      ...context,
      suspect: (lost, reason) => context.suspect(lost, `the node ${name}: ${reason}`),
      failed: (operation, error) => context.failed(`${operation} on the node ${name}`, error),
    });
    return [name, new ShardNode(name, tier, parts)] as const;
  });
  return new Map(nodes);
}
