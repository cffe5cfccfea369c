import { parseCount } from '../kernel/count.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import type { OptionNames } from '../kernel/option-names.js';
import { Problems } from '../kernel/problems.js';
import type { Random } from '../kernel/random.js';
import type { BusFactory } from './bus.js';
import { HashRing } from './hash-ring.js';
import { type HotKeysOptions, type HotKeysSettings, resolveHotKeys } from './hot-keys.js';
import type { SharedTierFactory } from './shared-tier.js';

/** A node and its share of the keys. */
export interface WeightedTier {
  readonly tier: SharedTierFactory;
  /** Its share of the keys in relation to that of other nodes; 1 by default. */
  readonly weight?: number | undefined;
}

/** What a {@link shardedTier} is made of. All processes need the same nodes, weights, `virtualNodes`, `seed` and `lookEvery`. */
export interface ShardedTierOptions {
  /** The tiers by the name of their node. The names place the keys: keep them where a server moves to another address. */
  readonly nodes: Readonly<Record<string, SharedTierFactory | WeightedTier>>;
  /** On how many nodes a hot key is, its own included; 2 by default, 1 spreads none. */
  readonly replicas?: number | undefined;
  /** How long a copy of a hot key lives beside its own node: how old an answer may be of a key that is hot. 1 second by default. */
  readonly copyLife?: Duration | undefined;
  /** When a key is hot; `false` where none is, and nothing is counted. */
  readonly hotKeys?: HotKeysOptions | false | undefined;
  /** How many virtual nodes a node of weight 1 has on the ring; 150 by default. See `HashRing`. */
  readonly virtualNodes?: number | undefined;
  /** Another seed makes another ring; 0 by default. See `HashRing`. */
  readonly seed?: number | undefined;
  /** After how many failures in a row a node is ejected; 3 by default. */
  readonly ejectAfter?: number | undefined;
  /** How long an ejected node is left alone before it is tried again; 1 second by default. */
  readonly retryAfter?: Duration | undefined;
  /** How long a call on a node may take before it counts as failed; 500 milliseconds by default. A node that hangs is ejected by that. */
  readonly timeout?: Duration | undefined;
  /**
   * How often each process looks which nodes the others have ejected, at the cost of one small read of each node; 250 milliseconds by
   * default. The keys of a node fail for four times as long and `timeout`, 1.5 seconds by default, when it is ejected and when it comes
   * back, so that no two processes use different nodes for a key.
   */
  readonly lookEvery?: Duration | undefined;
  /** The bus of the cache: that of the node of this name, or another one. That of the first node by name which has one by default. */
  readonly bus?: string | BusFactory | undefined;
  /** Which node is asked for a hot key, and what counts as one; seeded by the time by default. */
  readonly random?: Random | undefined;
}

/** The options of a sharded tier, with every value in place. */
export interface ShardedTierSettings {
  readonly tiers: ReadonlyMap<string, SharedTierFactory>;
  readonly ring: HashRing;
  readonly replicas: number;
  readonly copyLifeMs: number;
  readonly hotKeys: HotKeysSettings | undefined;
  readonly ejectAfter: number;
  readonly retryAfterMs: number;
  readonly timeoutMs: number;
  readonly lookEveryMs: number;
  readonly bus: BusFactory | undefined;
  readonly random: Random | undefined;
}

const KNOWN: OptionNames = {
  nodes: true,
  replicas: true,
  copyLife: true,
  hotKeys: true,
  virtualNodes: true,
  seed: true,
  ejectAfter: true,
  retryAfter: true,
  timeout: true,
  lookEvery: true,
  bus: true,
  random: true,
} satisfies Record<keyof ShardedTierOptions, true>;

/** @throws CacheError `bad_option` naming every wrong option. */
export function resolveShardedTier(options: ShardedTierOptions): ShardedTierSettings {
  const problems = new Problems();
  problems.checkNames(options, KNOWN);
  const weighted = problems.check(() => parseNodes(options.nodes)) ?? new Map<string, WeightedTier>();
  const duration = (name: 'copyLife' | 'retryAfter' | 'timeout' | 'lookEvery', fallbackMs: number) =>
    problems.check(() => parseDuration(name, options[name] ?? fallbackMs));
  const { hotKeys } = options;
  return problems.settle<ShardedTierSettings>({
    tiers: new Map(Array.from(weighted, ([name, { tier }]) => [name, tier])),
    ring: problems.check(() => ringOf(weighted, options)),
    replicas: problems.check(() => parseCount('replicas', options.replicas ?? 2)),
    copyLifeMs: duration('copyLife', 1000),
    hotKeys: hotKeys === false ? undefined : problems.check(() => resolveHotKeys(hotKeys)),
    ejectAfter: problems.check(() => parseCount('ejectAfter', options.ejectAfter ?? 3)),
    retryAfterMs: duration('retryAfter', 1000),
    timeoutMs: duration('timeout', 500),
    lookEveryMs: duration('lookEvery', 250),
    bus: problems.check(() => busOf(weighted, options.bus)),
    random: options.random,
  });
}

function parseNodes(nodes: ShardedTierOptions['nodes']): Map<string, WeightedTier> {
  const isRecord = typeof nodes === 'object' && nodes !== null && !Array.isArray(nodes);
  if (!isRecord || Object.keys(nodes).length === 0)
    throw badOption('nodes', 'tiers by name, at least one', nodes);
  return new Map(Object.entries(nodes).map(([name, node]) => [name, weightedTier(name, node)]));
}

function weightedTier(name: string, node: SharedTierFactory | WeightedTier): WeightedTier {
  const weighted = typeof node === 'object' && node !== null && 'tier' in node ? node : { tier: node };
  if (typeof weighted.tier?.create === 'function') return weighted;
  throw badOption(`nodes.${name}`, 'a shared tier, or { tier, weight }', node);
}

function ringOf(weighted: ReadonlyMap<string, WeightedTier>, options: ShardedTierOptions): HashRing {
  const { virtualNodes, seed } = options;
  const weights = Array.from(weighted, ([name, { weight }]) => [name, weight ?? 1] as const);
  return new HashRing({ virtualNodes, seed, nodes: Object.fromEntries(weights) });
}

function busOf(
  weighted: ReadonlyMap<string, WeightedTier>,
  bus: ShardedTierOptions['bus'],
): BusFactory | undefined {
  const names = [...weighted.keys()].sort();
  if (bus === undefined) return names.map((name) => weighted.get(name)?.tier.bus).find((found) => found);
  const found = typeof bus === 'string' ? weighted.get(bus)?.tier.bus : bus;
  if (typeof found?.create === 'function') return found;
  throw badOption('bus', 'the name of a node that has a bus, or a bus', bus);
}
