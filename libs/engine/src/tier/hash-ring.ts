import { assertKey } from '../kernel/assert-key.js';
import { parseCount } from '../kernel/count.js';
import { ringHash } from '../kernel/ring-hash.js';
import { arcsOf, type Circle, circleOf, nextPoint, pointsOf } from './hash-ring-circle.js';
import { type HashRingOptions, resolveRing, virtualNodesOf } from './hash-ring-options.js';

/**
 * Consistent hashing (Karger et al., STOC 1997): says which of several nodes a key belongs to, so that a change of the nodes moves few
 * keys. Adding a node moves keys to it and no others, removing one moves its keys and no others. The same nodes, weights, seed and
 * number of virtual nodes make the same ring in every process, whatever the order in which they came.
 *
 * A look-up is O(length of the key + log virtual nodes) at worst, and as a rule does not depend on how many virtual nodes there are. A
 * change of the nodes is O(virtual nodes). Each virtual node takes up to 32 bytes.
 *
 * @example
 * ```ts
 * const ring = new HashRing({ nodes: ['cache-a', 'cache-b'] });
 * ring.addNode('cache-c', 2); // twice the keys
 * const [home, ...replicas] = ring.getNodes('user:1', 2);
 * ```
 */
export class HashRing<Node extends string = string> {
  readonly #virtualNodes: number;
  readonly #seed: number;
  readonly #placed = new Map<Node, { readonly weight: number; readonly points: Uint32Array }>();
  /** In the order of their UTF-16 units; the owner of a point is an index of this. */
  #nodes: readonly Node[] = [];
  #circle: Circle = circleOf([]);

  /** @throws CacheError `bad_option`, naming every wrong option in one message. */
  constructor(options: HashRingOptions<NoInfer<Node>> = {}) {
    const { virtualNodes, seed, weights } = resolveRing(options);
    this.#virtualNodes = virtualNodes;
    this.#seed = seed;
    for (const [name, weight] of weights) this.#place(name, weight);
    this.#arrange();
  }

  /** The names of the nodes, in the order of their UTF-16 units. */
  get nodes(): readonly Node[] {
    return [...this.#nodes];
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#nodes.length;
  }

  /** The weight of a node; `undefined` where the ring has no such node. */
  weightOf(name: Node): number | undefined {
    return this.#placed.get(name)?.weight;
  }

  /**
   * Adds a node with virtual nodes in proportion to its weight, at least one. One that is there gets the new weight: a larger one moves
   * keys to it only, a smaller one away from it only.
   * @throws CacheError `bad_option` where the name is empty, or the weight is no positive number; the ring is unchanged.
   */
  addNode(name: Node, weight = 1): void {
    this.#place(name, weight);
    this.#arrange();
  }

  /** Removes a node; answers whether it was there. */
  removeNode(name: Node): boolean {
    const wasThere = this.#placed.delete(name);
    if (wasThere) this.#arrange();
    return wasThere;
  }

  /** The node that a key belongs to; `undefined` where there is no node. @throws CacheError `bad_key` where it is no key. */
  getNode(key: string): Node | undefined {
    const at = this.#find(key);
    return this.#ownerAt(at);
  }

  /**
   * The first `count` different nodes clockwise of a key, the one that it belongs to first; all of them where there are fewer. What a
   * smaller `count` answers, a larger one begins with; without its first node, the ring answers the rest.
   * @throws CacheError `bad_key` where it is no key, `bad_option` where `count` is no positive whole number.
   */
  getNodes(key: string, count: number): Node[] {
    const found = new Set<Node>();
    const wanted = Math.min(parseCount('count', count), this.size);
    const { length } = this.#circle.points;
    for (let at = this.#find(key); found.size < wanted; at = at + 1 === length ? 0 : at + 1) {
      const node = this.#ownerAt(at);
      if (node !== undefined) found.add(node);
    }
    return [...found];
  }

  /** What part of all keys each node has, by the length of its arcs; together 1. O(points). */
  shares(): Map<Node, number> {
    const arcs = arcsOf(this.#circle, this.size);
    return new Map(this.#nodes.map((name, owner) => [name, arcs[owner] ?? 0]));
  }

  /** The index of the first point at the place of a key or clockwise of it. */
  #find(key: string): number {
    assertKey(key);
    return nextPoint(this.#circle, ringHash(key, this.#seed));
  }

  #ownerAt(at: number): Node | undefined {
    const owner = this.#circle.owners[at];
    return owner === undefined ? undefined : this.#nodes[owner];
  }

  #place(name: Node, weight: number): void {
    const virtualNodes = virtualNodesOf(name, weight, this.#virtualNodes);
    this.#placed.set(name, { weight, points: pointsOf(name, virtualNodes, this.#seed) });
  }

  #arrange(): void {
    const placed = [...this.#placed].sort(([one], [other]) => (one < other ? -1 : 1));
    this.#nodes = placed.map(([name]) => name);
    this.#circle = circleOf(placed.map(([, { points }]) => points));
  }
}
