import fc from 'fast-check';
import { HashIndex, NOT_FOUND } from './hash-index.js';

/** Few, and many of them with the same low bits. */
const hash = fc.nat(40).map((at) => ((at % 8) << 28) | (at >> 3));

describe('HashIndex', () => {
  it('finds what was added and not removed, whatever collides', () => {
    const step = fc.record({ hash, adds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const index = new HashIndex();
        const slots = new Map<number, number>();
        for (const { hash: each, adds } of steps) {
          const key = each >>> 0;
          expect(index.find(key)).toBe(slots.get(key) ?? NOT_FOUND);
          if (adds && !slots.has(key)) slots.set(key, index.add(key));
          if (!adds && slots.has(key)) {
            index.remove(index.find(key));
            slots.delete(key);
          }
          index.audit('index', new Set(slots.values()));
        }
        for (const [key, slot] of slots) expect(index.hashOf(slot)).toBe(key);
      }),
      { numRuns: 200 },
    );
  });

  it('holds more hashes than fit 16 bits', () => {
    const index = new HashIndex();
    const hashes = Array.from({ length: 70_000 }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 0);
    for (const each of hashes) index.add(each);
    expect(hashes.every((each) => index.hashOf(index.find(each)) === each)).toBe(true);
    expect([index.size, index.find(5)]).toEqual([70_000, NOT_FOUND]);
  });

  it('gives the slots of what has left to what comes in', () => {
    const index = new HashIndex();
    const slots = [10, 20, 30].map((each) => index.add(each));
    index.remove(index.find(20));
    index.remove(index.find(10));
    expect([index.add(40), index.add(50)].toSorted()).toEqual([slots[0], slots[1]]);
  });

  it('fails its audit where it holds others', () => {
    const index = new HashIndex();
    const slot = index.add(7);
    expect(() => index.audit('index', new Set())).toThrow('index');
    expect(() => index.audit('index', new Set([slot + 1]))).toThrow('index');
  });
});
