import { describe, expect, it } from '@jest/globals';
import { CacheError } from '../kernel/errors.js';
import { HashRing } from './hash-ring.js';

function refusal(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    if (error instanceof CacheError) return [error.code, error.message];
    throw error;
  }
  return undefined;
}

describe('a ring that is asked for what cannot be', () => {
  it.each<[string, () => unknown, string]>([
    [
      'no virtual nodes',
      () => new HashRing({ virtualNodes: 0 }),
      'virtualNodes must be a positive whole number, got 0',
    ],
    [
      'too many of them',
      () => new HashRing({ virtualNodes: 1e7 }),
      'virtualNodes must be at most 1000000, got 10000000',
    ],
    [
      'a seed of more than 32 bits',
      () => new HashRing({ seed: 2 ** 32 }),
      'seed must be a whole number from 0 to 4294967295, got 4294967296',
    ],
    [
      'an option that there is not',
      () => new HashRing({ replicas: 3 } as object),
      'there is no option replicas; there are nodes, virtualNodes, seed',
    ],
    [
      'nodes in a text',
      () => new HashRing({ nodes: 'a,b' as never }),
      'nodes must be an array of names, or an object of weights by name, got "a,b"',
    ],
    [
      'nodes in a map',
      () => new HashRing({ nodes: new Map([['a', 1]]) as never }),
      'nodes must be an array of names, or an object of weights by name, got an instance of Map',
    ],
    [
      'a node named twice',
      () => new HashRing({ nodes: ['a', 'b', 'a'] }),
      'nodes must name each node once, got "a" again; a weight gives a node more keys',
    ],
    [
      'a node without a name',
      () => new HashRing().addNode(''),
      'the name of a node must be a non-empty string, got ""',
    ],
    [
      'a node that is an object',
      () => new HashRing({ nodes: [{ host: 'a' } as never] }),
      'the name of a node must be a non-empty string, got an object',
    ],
    [
      'no weight',
      () => new HashRing().addNode('a', 0),
      'the weight of the node "a" must be a positive number, got 0',
    ],
    [
      'a weight without end',
      () => new HashRing({ nodes: { a: Infinity } }),
      'the weight of the node "a" must be a positive number, got Infinity',
    ],
    [
      'a weight that is a text',
      () => new HashRing().addNode('a', '2' as never),
      'the weight of the node "a" must be a positive number, got "2"',
    ],
    [
      'a weight in bytes',
      () => new HashRing().addNode('a', 64e9),
      'the weight of the node "a" comes to more than 1000000 virtual nodes, got 64000000000; it is the ratio of weights that counts, so make all of them smaller',
    ],
    [
      'no count of nodes',
      () => new HashRing({ nodes: ['a'] }).getNodes('owl', 0),
      'count must be a positive whole number, got 0',
    ],
  ])('refuses %s', (_, act, message) => {
    expect(refusal(act)).toEqual(['bad_option', message]);
  });

  it('refuses what is no key', () => {
    const refused = ['bad_key', 'key must be a non-empty string, got ""'];
    const ring = new HashRing({ nodes: ['a'] });
    expect([refusal(() => ring.getNode('')), refusal(() => ring.getNodes('', 1))]).toEqual([
      refused,
      refused,
    ]);
  });

  it('says everything that is wrong at once', () => {
    const act = (): unknown => new HashRing({ virtualNodes: -1, seed: 0.5, nodes: [''] });
    expect(refusal(act)).toEqual([
      'bad_option',
      expect.stringMatching(/virtualNodes.*\n.*seed.*\n.*name of a node/),
    ]);
  });

  it('is as it was where a node is refused', () => {
    const ring = new HashRing({ nodes: { a: 2, b: 1 } });
    const before = [ring.weightOf('a'), ring.shares()];
    expect(refusal(() => ring.addNode('a', NaN))).toBeDefined();
    expect([ring.weightOf('a'), ring.shares()]).toEqual(before);
  });
});
