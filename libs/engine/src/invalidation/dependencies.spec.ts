import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Dependencies } from './dependencies.js';

function open(...edges: readonly (readonly [string, string])[]): Dependencies {
  const graph = new Dependencies();
  for (const [key, dependent] of edges) graph.add(key, dependent);
  return graph;
}

describe('dependencies', () => {
  it('answer what depends on a key, directly or not, each once', () => {
    const graph = open(['product', 'category'], ['category', 'home'], ['product', 'home'], ['other', 'home']);
    expect(graph.dependentsOf(['product']).sort()).toEqual(['category', 'home']);
    expect(graph.dependentsOf(['category', 'other'])).toEqual(['home']);
    expect(graph.dependentsOf(['home', 'unheard of'])).toEqual([]);
  });

  it('count one that is added twice once', () => {
    const graph = open(['a', 'b'], ['a', 'b']);
    expect(graph.size).toBe(1);
    expect([graph.remove('a', 'b'), graph.remove('a', 'b'), graph.size]).toEqual([true, false, 0]);
    expect([...graph.keys()]).toEqual([]);
  });

  it('refuse one that would close a cycle, show it, and stay as they were', () => {
    const graph = open(['product:42', 'category:7'], ['category:7', 'home']);
    expect(() => graph.add('home', 'product:42')).toThrow(
      expect.objectContaining({
        code: 'bad_dependency',
        message:
          'the dependency "home" -> "product:42" would close a cycle: "home" -> "product:42" -> "category:7" -> "home"',
      }),
    );
    expect([graph.size, graph.dependentsOf(['home'])]).toEqual([2, []]);
  });

  it('refuse a key that would depend on itself', () => {
    expect(() => open(['a', 'a'])).toThrow('the dependency "a" -> "a" would close a cycle: "a" -> "a"');
  });

  it('show the ends of a long cycle', () => {
    const graph = open(...Array.from({ length: 20_000 }, (_, at) => [`${at}`, `${at + 1}`] as const));
    expect(() => graph.add('20000', '0')).toThrow(
      'close a cycle: "20000" -> "0" -> "1" -> "2" -> "3" -> (19992 more) -> "19996" -> "19997" -> "19998" -> "19999" -> "20000"',
    );
    expect(graph.dependentsOf(['0'])).toHaveLength(20_000);
  });

  it('refuse one more than 100,000 of them, and take it when there is room again', () => {
    const graph = open(...Array.from({ length: 100_000 }, (_, at) => ['a', `${at}`] as const));
    expect(() => graph.add('a', 'b')).toThrow(
      expect.objectContaining({
        code: 'bad_dependency',
        message: expect.stringMatching(/^the dependency "a" -> "b" is one too many, 100000 are kept; /),
      }),
    );
    graph.add('a', '5');
    graph.remove('a', '5');
    graph.add('a', 'b');
    expect(graph.size).toBe(100_000);
  });

  it('never become cyclic, and answer as a plain search does', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node, fc.boolean()), { maxLength: 40 }), (steps) => {
        const graph = open();
        const edges = new Set<string>();
        for (const [key, dependent, isAdded] of steps) {
          const isCyclic = key === dependent || reach(edges, dependent).has(key);
          if (!isAdded) expect(graph.remove(key, dependent)).toBe(edges.delete(key + dependent));
          else if (isCyclic) expect(() => graph.add(key, dependent)).toThrow('would close a cycle');
          else {
            graph.add(key, dependent);
            edges.add(key + dependent);
          }
          expect(new Set(graph.dependentsOf([key]))).toEqual(reach(edges, key));
        }
        expect(graph.size).toBe(edges.size);
      }),
    );
  });
});

function reach(edges: ReadonlySet<string>, from: string): Set<string> {
  const found = new Set<string>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [key = '', dependent = ''] of edges) if (key === from || found.has(key)) found.add(dependent);
  }
  return found;
}
