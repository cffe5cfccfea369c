import fc from 'fast-check';
import { SlotQueues } from './slot-queues.js';

const QUEUES = 3;

function open(...slots: number[]): SlotQueues {
  const queues = new SlotQueues(QUEUES);
  for (const slot of slots) queues.addLast(0, slot);
  return queues;
}

describe('SlotQueues', () => {
  it('has queues that begin empty', () => {
    const queues = open();
    expect([queues.first(0), queues.size(2), queues.isIn(1, 7), [...queues.members(1)]]).toEqual([
      undefined,
      0,
      false,
      [],
    ]);
  });

  it('moves a slot to the end of its own queue, and of another', () => {
    const queues = open(1, 2, 3);
    queues.moveToLast(0, 1);
    queues.moveToLast(1, 2);
    queues.moveToLast(1, 3);
    queues.moveToLast(1, 3);
    expect([[...queues.members(0)], [...queues.members(1)]]).toEqual([[1], [2, 3]]);
    expect([queues.isIn(0, 2), queues.isIn(1, 2), queues.after(2), queues.after(3)]).toEqual([
      false,
      true,
      3,
      undefined,
    ]);
  });

  it('names the first that is not spared', () => {
    const queues = open(1, 2);
    expect([queues.firstBut(0, 1), queues.firstBut(0, 2), queues.firstBut(1, 1)]).toEqual([2, 1, undefined]);
    expect([queues.firstBut(1, undefined), open(7).firstBut(0, 7)]).toEqual([undefined, undefined]);
  });

  it('puts one slot in the place of another', () => {
    const queues = open(1, 2, 3);
    queues.replace(2, 9);
    queues.replace(9, 100_000);
    queues.replace(1, 2);
    expect([[...queues.members(0)], queues.size(0)]).toEqual([[2, 100_000, 3], 3]);
    queues.audit('queues');
  });

  it('does what arrays would do, whatever the order of operations', () => {
    const slot = fc.oneof({ arbitrary: fc.nat(10), weight: 9 }, { arbitrary: fc.nat(200), weight: 1 });
    const step = fc.record({ slot, queue: fc.nat(QUEUES - 1), by: fc.option(slot), remove: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), followsArrays));
  });
});

interface Step {
  readonly slot: number;
  readonly queue: number;
  readonly by: number | null;
  readonly remove: boolean;
}

function followsArrays(steps: readonly Step[]): void {
  const queues = open();
  let model: number[][] = Array.from({ length: QUEUES }, () => []);
  for (const { slot, queue, by, remove } of steps) {
    const others = model.map((members) => members.filter((member) => member !== slot));
    if (!model.some((members) => members.includes(slot))) {
      queues.addLast(queue, slot);
      model[queue]?.push(slot);
    } else if (remove) {
      queues.remove(slot);
      model = others;
    } else if (by !== null && !model.some((members) => members.includes(by))) {
      queues.replace(slot, by);
      model = model.map((members) => members.map((member) => (member === slot ? by : member)));
    } else {
      queues.moveToLast(queue, slot);
      model = others;
      model[queue]?.push(slot);
    }
    queues.audit('queues');
  }
  expect(model).toEqual(model.map((_, queue) => [...queues.members(queue)]));
  expect(model.map((members) => members.length)).toEqual(model.map((_, queue) => queues.size(queue)));
}
