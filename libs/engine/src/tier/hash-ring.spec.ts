import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HashRing } from './hash-ring.js';
import type { HashRingOptions } from './hash-ring-options.js';

const KEYS = Array.from({ length: 300 }, (_, at) => `user:${at}`);

const name = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom('__proto__', 'a', 'b', '1'));
const weight = fc.constantFrom(0.01, 0.5, 1, 1.5, 3);
const weighed = fc.uniqueArray(fc.tuple(name, weight), {
  minLength: 1,
  maxLength: 8,
  selector: ([each]) => each,
});
const settings = fc.record({
  virtualNodes: fc.integer({ min: 1, max: 30 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

function open(nodes: readonly (readonly [string, number])[], options: HashRingOptions = {}): HashRing {
  const ring = new HashRing(options);
  for (const [each, heavy] of nodes) ring.addNode(each, heavy);
  return ring;
}

/** Everything that can be seen of a ring. */
function seen(ring: HashRing): string {
  const weights = ring.nodes.map((each) => ring.weightOf(each));
  const places = KEYS.map((key) => ring.getNodes(key, 9));
  return JSON.stringify([ring.nodes, ring.size, weights, [...ring.shares()], places]);
}

describe('HashRing', () => {
  it('answers the same in every process and version', () => {
    const ring = new HashRing({ nodes: ['a', 'b', 'c'].map((each) => `cache-${each}`) });
    const keys = ['user:1', 'user:2', 'user:3', 'user:4', 'user:5', 'häher', '🦉', 'x'.repeat(2000)];
    const orders = keys.map((key) => ring.getNodes(key, 3).join().replaceAll('cache-', ''));
    expect(orders.join(' ')).toBe('b,a,c b,a,c b,a,c c,b,a b,c,a b,a,c c,b,a c,a,b');
    const other = new HashRing({ nodes: { a: 1, b: 2.5 }, virtualNodes: 1000, seed: 4_000_000_000 });
    expect(keys.map((key) => other.getNode(key)).join('')).toBe('babbbbbb');
    expect(other.shares()).toEqual(
      new Map([
        ['a', 0.2882158113643527],
        ['b', 0.7117841886356473],
      ]),
    );
  });

  it('has no node for any key while it is empty', () => {
    const ring = new HashRing();
    expect([ring.getNode('owl'), ring.getNodes('owl', 3), ring.nodes, ring.size]).toEqual([
      undefined,
      [],
      [],
      0,
    ]);
    expect([ring.removeNode('a'), ring.shares().size]).toEqual([false, 0]);
  });

  it('gives every key to its only node', () => {
    const ring = new HashRing({ nodes: ['a'], virtualNodes: 1 });
    expect(new Set(KEYS.map((key) => ring.getNode(key)))).toEqual(new Set(['a']));
    expect(ring.shares()).toEqual(new Map([['a', 1]]));
  });

  it('is another one with another seed', () => {
    const [one, other] = [1, 2].map((seed) => new HashRing({ nodes: ['a', 'b'], seed }));
    const moved = KEYS.filter((key) => one?.getNode(key) !== other?.getNode(key));
    expect(moved.length).toBeGreaterThan(KEYS.length / 4);
  });

  it('hands out names that are not its own list', () => {
    const ring = new HashRing({ nodes: ['b', 'a'] });
    (ring.nodes as string[]).pop();
    expect([ring.nodes, ring.size]).toEqual([['a', 'b'], 2]);
  });

  it('moves keys to the added node only, and back when it is removed', () => {
    fc.assert(
      fc.property(weighed, settings, ([[added, heavy] = ['a', 1], ...others], options) => {
        const ring = open(others, options);
        const before = seen(ring);
        const nodes = KEYS.map((key) => ring.getNode(key));
        ring.addNode(added, heavy);
        const moved = KEYS.filter((key, at) => ring.getNode(key) !== nodes[at]);
        expect(moved.filter((key) => ring.getNode(key) !== added)).toEqual([]);
        expect(ring.removeNode(added)).toBe(true);
        expect(seen(ring)).toEqual(before);
      }),
    );
  });

  it('moves one key in eleven to the eleventh node', () => {
    const ring = new HashRing({ nodes: Array.from({ length: 10 }, (_, at) => `n${at}`), virtualNodes: 1000 });
    const keys = Array.from({ length: 20_000 }, (_, at) => `user:${at}`);
    const nodes = keys.map((key) => ring.getNode(key));
    ring.addNode('late');
    const moved = keys.filter((key, at) => ring.getNode(key) !== nodes[at]);
    expect(Math.abs((moved.length / keys.length) * 11 - 1)).toBeLessThan(0.1);
  });

  it('moves the keys of the removed node only', () => {
    fc.assert(
      fc.property(weighed, settings, fc.nat(), (nodes, options, pick) => {
        const ring = open(nodes, options);
        const [removed = ''] = nodes[pick % nodes.length] ?? [];
        const before = KEYS.map((key) => ring.getNode(key));
        const second = KEYS.map((key) => ring.getNodes(key, 2)[1]);
        ring.removeNode(removed);
        const wanted = before.map((node, at) => (node === removed ? second[at] : node));
        expect(KEYS.map((key) => ring.getNode(key))).toEqual(wanted);
      }),
    );
  });

  it('is the same whatever the order in which its nodes came, and were there before', () => {
    const shuffled = weighed.chain((nodes) =>
      fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length })),
    );
    fc.assert(
      fc.property(shuffled, settings, weighed, ([nodes, others], options, passing) => {
        const ring = open(passing, options);
        for (const [each] of passing) ring.removeNode(each);
        for (const [each, heavy] of others) ring.addNode(each, heavy);
        const wanted = seen(open(nodes, options));
        expect(seen(ring)).toEqual(wanted);
        expect(seen(new HashRing({ ...options, nodes: Object.fromEntries(others) }))).toEqual(wanted);
      }),
    );
  });

  it('moves keys to the node whose weight rises only, and from the one whose weight falls only', () => {
    fc.assert(
      fc.property(weighed, settings, weight, (nodes, options, changed) => {
        const ring = open(nodes, options);
        const [[node, from] = ['', 1]] = nodes;
        const before = KEYS.map((key) => ring.getNode(key));
        ring.addNode(node, changed);
        expect([ring.weightOf(node), ring.size]).toEqual([changed, nodes.length]);
        const moves = KEYS.map((key, at) => [before[at], ring.getNode(key)] as const).filter(
          ([was, is]) => was !== is,
        );
        expect(moves.filter(([was, is]) => (changed > from ? is : was) !== node)).toEqual([]);
        ring.addNode(node, from);
        expect(seen(ring)).toEqual(seen(open(nodes, options)));
      }),
    );
  });

  it('answers as many different nodes as are asked for, and what fewer would be first', () => {
    fc.assert(
      fc.property(weighed, settings, fc.constantFrom(...KEYS), (nodes, options, key) => {
        const ring = open(nodes, options);
        const all = ring.getNodes(key, nodes.length);
        expect(all.toSorted()).toEqual(nodes.map(([each]) => each).toSorted());
        expect(all[0]).toBe(ring.getNode(key));
        expect(ring.getNodes(key, 100)).toEqual(all);
        for (let count = 1; count <= nodes.length; count++)
          expect(ring.getNodes(key, count)).toEqual(all.slice(0, count));
        ring.removeNode(all[0] ?? '');
        expect(ring.getNodes(key, 100)).toEqual(all.slice(1));
      }),
    );
  });
});
