import { describe, expect, it } from '@jest/globals';
import { HashRing } from './hash-ring.js';

const NAMES = Array.from({ length: 10 }, (_, at) => `node-${at}`);

/** How far the share of the node that is furthest from the even share is from it, as a part of that share. */
function deviation(ring: HashRing): number {
  return Math.max(...Array.from(ring.shares().values(), (share) => Math.abs(share * ring.size - 1)));
}

describe('the shares of the nodes', () => {
  it.each([
    [4, 150, 16],
    [10, 150, 19],
    [4, 1000, 6.5],
    [10, 1000, 7.5],
  ])(
    'of 990 in 1,000 rings of %i nodes with %i virtual nodes are within %d %% of even',
    (nodes, virtualNodes, percent) => {
      const names = NAMES.slice(0, nodes);
      let even = 0;
      for (let seed = 0; seed < 1000; seed++)
        if (deviation(new HashRing({ nodes: names, virtualNodes, seed })) <= percent / 100) even++;
      expect(even).toBeGreaterThanOrEqual(990);
    },
  );

  it('are one circle together', () => {
    const shares = [...new HashRing({ nodes: NAMES }).shares().values()];
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
  });

  it.each<[string, (at: number) => string]>([
    ['counted', (at) => String(at)],
    ['of one prefix', (at) => `tenant:7:user:${at * 64}:profile`],
    ['that end alike', (at) => `${at.toString(36)}${'.'.repeat(40)}`],
    ['of two characters', (at) => String.fromCharCode(at & 255, 0x4e00 + (at >> 8))],
  ])('are the shares of keys %s', (_, keyOf) => {
    const ring = new HashRing({ nodes: NAMES });
    const count = 100_000;
    const counts = new Map(NAMES.map((name) => [name, 0]));
    for (let at = 0; at < count; at++) {
      const node = ring.getNode(keyOf(at)) ?? '';
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    // Chi-squared with 9 degrees of freedom is above 27.9 once in a thousand times.
    const distance = Array.from(ring.shares(), ([name, share]) => {
      const expected = share * count;
      return ((counts.get(name) ?? 0) - expected) ** 2 / expected;
    }).reduce((sum, each) => sum + each);
    expect(distance).toBeLessThan(27.9);
  });

  it('are in proportion to the weights', () => {
    const nodes = { small: 0.5, one: 1, two: 2, five: 5 };
    for (let seed = 0; seed < 20; seed++) {
      const shares = new HashRing({ nodes, virtualNodes: 2000, seed }).shares();
      for (const [name, weight] of Object.entries(nodes))
        expect(Math.abs(((shares.get(name) ?? 0) * 8.5) / weight - 1)).toBeLessThan(0.1);
    }
  });
});
