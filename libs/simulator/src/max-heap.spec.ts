import fc from 'fast-check';
import { MaxHeap } from './max-heap.js';

describe('a heap', () => {
  it('gives back the largest, whatever was pushed, taken and forgotten before', () => {
    const step = fc.oneof(
      fc.record({ push: fc.nat(1000) }),
      fc.constant('pop' as const),
      fc.record({ keepAbove: fc.nat(1000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
        const heap = new MaxHeap();
        let sorted: number[] = [];
        for (const act of steps) {
          if (act === 'pop') expect(heap.pop()).toBe(sorted.pop() ?? -1);
          else if ('push' in act) {
            heap.push(act.push);
            sorted = [...sorted, act.push].toSorted((a, b) => a - b);
          } else {
            heap.keepAbove(act.keepAbove / 10);
            sorted = sorted.filter((item) => item > act.keepAbove / 10);
          }
          expect(heap.size).toBe(sorted.length);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('grows', () => {
    const heap = new MaxHeap();
    for (let item = 0; item < 5000; item++) heap.push((item * 7919) % 5000);
    expect(Array.from({ length: 5000 }, () => heap.pop())).toEqual(
      Array.from({ length: 5000 }, (_, at) => 4999 - at),
    );
  });
});
