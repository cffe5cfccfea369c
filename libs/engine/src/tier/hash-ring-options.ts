import { parseCount } from '../kernel/count.js';
import { badOption } from '../kernel/errors.js';
import type { OptionNames } from '../kernel/option-names.js';
import { Problems } from '../kernel/problems.js';
import { badNode, badWeight, repeatedNode, tooManyVirtualNodes } from './errors.js';

/** What a {@link HashRing} is made of. All who are to agree on where a key is need the same `virtualNodes` and the same `seed`. */
export interface HashRingOptions<Node extends string = string> {
  /** The first nodes: their names, or their weights by name. Default: none. */
  readonly nodes?: readonly Node[] | Readonly<Record<Node, number>> | undefined;
  /**
   * How many virtual nodes a node of weight 1 has, from 1 to 1,000,000. More of them share the keys out more evenly and take more
   * memory, up to 32 bytes each: in 99 of 100 rings of ten nodes, no node is further from its even share than 19 % with 150, and 7.5 %
   * with 1,000. Default: 150.
   */
  readonly virtualNodes?: number | undefined;
  /** Another seed makes another ring: a whole number from 0 to 4,294,967,295. Default: 0. */
  readonly seed?: number | undefined;
}

/** The options of a ring, with every value in place. */
export interface RingSettings<Node extends string> {
  readonly virtualNodes: number;
  readonly seed: number;
  readonly weights: ReadonlyMap<Node, number>;
}

const KNOWN: OptionNames = { nodes: true, virtualNodes: true, seed: true } satisfies Record<
  keyof HashRingOptions,
  true
>;
const DEFAULT_VIRTUAL_NODES = 150;
const MOST_VIRTUAL_NODES = 1_000_000;
const LARGEST_SEED = 2 ** 32 - 1;

/** @throws CacheError `bad_option` naming every wrong option. */
export function resolveRing<Node extends string>(options: HashRingOptions<Node>): RingSettings<Node> {
  const problems = new Problems();
  problems.checkNames(options, KNOWN);
  const virtualNodes = problems.check(() => parseVirtualNodes(options.virtualNodes ?? DEFAULT_VIRTUAL_NODES));
  const seed = problems.check(() => parseSeed(options.seed ?? 0));
  const weights = problems.check(() => parseNodes(options.nodes ?? [], virtualNodes ?? 1));
  return problems.settle({ virtualNodes, seed, weights });
}

/** How many virtual nodes a node of this weight has, at least one. @throws CacheError `bad_option` where it has no name or weight. */
export function virtualNodesOf(name: unknown, weight: unknown, unit: number): number {
  if (typeof name !== 'string' || name === '') throw badNode(name);
  if (typeof weight !== 'number' || !(weight > 0 && weight < Infinity)) throw badWeight(name, weight);
  const count = Math.max(1, Math.round(weight * unit));
  if (count > MOST_VIRTUAL_NODES) throw tooManyVirtualNodes(name, weight, MOST_VIRTUAL_NODES);
  return count;
}

function parseVirtualNodes(count: number): number {
  if (parseCount('virtualNodes', count) <= MOST_VIRTUAL_NODES) return count;
  throw badOption('virtualNodes', `at most ${MOST_VIRTUAL_NODES}`, count);
}

function parseSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) return seed;
  throw badOption('seed', `a whole number from 0 to ${LARGEST_SEED}`, seed);
}

function parseNodes<Node extends string>(
  nodes: readonly Node[] | Readonly<Record<Node, number>>,
  unit: number,
): Map<Node, number> {
  const weights = new Map<Node, number>();
  for (const [name, weight] of weighed(nodes)) {
    virtualNodesOf(name, weight, unit);
    if (weights.has(name)) throw repeatedNode(name);
    weights.set(name, weight);
  }
  return weights;
}

function weighed<Node extends string>(
  nodes: readonly Node[] | Readonly<Record<Node, number>>,
): (readonly [Node, number])[] {
  if (isList(nodes)) return nodes.map((name) => [name, 1]);
  if (typeof nodes !== 'object' || nodes === null || Symbol.iterator in nodes)
    throw badOption('nodes', 'an array of names, or an object of weights by name', nodes);
  // Its own string keys are its names.
  return Object.entries(nodes) as [Node, number][];
}

function isList<Node>(nodes: readonly Node[] | object): nodes is readonly Node[] {
  return Array.isArray(nodes);
}
