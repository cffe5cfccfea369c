import fc from 'fast-check';
import { SlotHeap } from './slot-heap.js';

describe('SlotHeap', () => {
  it('has no first while it is empty', () => {
    const heap = new SlotHeap();
    expect([heap.first, heap.size, heap.sorted()]).toEqual([undefined, 0, []]);
  });

  it('puts those first that got the same rank first, also where it has no end', () => {
    const heap = new SlotHeap();
    for (const slot of [3, 1, 2]) heap.add(slot, Infinity);
    heap.add(0, 5);
    expect(heap.sorted()).toEqual([0, 3, 1, 2]);
    heap.rerank(3, Infinity);
    expect(heap.sorted()).toEqual([0, 1, 2, 3]);
  });

  it('stays in order whatever is done to it', () => {
    const step = fc.record({
      slot: fc.nat(20).map((slot) => 9 * slot),
      rank: fc.nat(20),
      does: fc.constantFrom('set', 'set', 'remove', 'lower'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
        const heap = new SlotHeap();
        /** In the order in which the ranks were given. */
        let model: { slot: number; rank: number }[] = [];
        for (const { slot, rank, does } of steps) {
          const isMember = model.some((member) => member.slot === slot);
          if (does === 'lower') {
            heap.lowerAll(rank);
            model = model.map((member) => ({ ...member, rank: member.rank - rank }));
          } else if (does === 'set') {
            if (isMember) heap.rerank(slot, rank);
            else heap.add(slot, rank);
            model = [...model.filter((member) => member.slot !== slot), { slot, rank }];
          } else if (isMember) {
            heap.remove(slot);
            model = model.filter((member) => member.slot !== slot);
          }
          heap.audit('heap');
          const sorted = model.toSorted((one, other) => one.rank - other.rank).map((member) => member.slot);
          expect([heap.size, heap.first, heap.sorted()]).toEqual([model.length, sorted[0], sorted]);
        }
      }),
    );
  });
});
