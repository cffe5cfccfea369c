import fc from 'fast-check';
import { SlotList } from './slot-list.js';

function open(...slots: number[]): SlotList {
  const list = new SlotList();
  for (const slot of slots) list.addLast(slot);
  return list;
}

describe('SlotList', () => {
  it('has neither first nor last while it is empty', () => {
    const list = open();
    expect([list.first, list.last, list.size, [...list]]).toEqual([undefined, undefined, 0, []]);
  });

  it('keeps the order in which slots were added', () => {
    const list = open(3, 1, 2);
    expect([...list]).toEqual([3, 1, 2]);
    expect([list.first, list.last, list.before(2), list.before(3)]).toEqual([3, 2, 1, undefined]);
  });

  it('adds after a member, and as the first after nobody', () => {
    const list = open(1, 2);
    list.addAfter(1, 5);
    list.addAfter(undefined, 6);
    expect([...list]).toEqual([6, 1, 5, 2]);
    list.auditLinks('list');
  });

  it('moves a member to the end, also the only one', () => {
    const list = open(1, 2, 3);
    list.moveToLast(1);
    list.moveToLast(1);
    expect([...list]).toEqual([2, 3, 1]);
    const single = open(7);
    single.moveToLast(7);
    expect([...single]).toEqual([7]);
  });

  it('knows its members, also of slots larger than it ever held', () => {
    const list = open(0, 9);
    list.remove(0);
    expect([0, 9, 10, 100_000].map((slot) => list.has(slot))).toEqual([false, true, false, false]);
  });

  it('keeps every link when a far larger slot makes it grow', () => {
    const list = open(1, 2, 100_000, 3);
    expect([...list]).toEqual([1, 2, 100_000, 3]);
    list.auditLinks('list');
  });

  it('does what an array would do, whatever the order of operations', () => {
    const step = fc.record({ slot: fc.nat(200), after: fc.option(fc.nat(200)), remove: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), followsAnArray));
  });
});

interface Step {
  readonly slot: number;
  readonly after: number | null;
  readonly remove: boolean;
}

function followsAnArray(steps: readonly Step[]): void {
  const list = open();
  let model: number[] = [];
  for (const { slot, after, remove } of steps) {
    const others = model.filter((member) => member !== slot);
    if (!model.includes(slot)) {
      const member = after !== null && model.includes(after) ? after : undefined;
      list.addAfter(member, slot);
      model.splice(member === undefined ? 0 : model.indexOf(member) + 1, 0, slot);
    } else if (remove) {
      list.remove(slot);
      model = others;
    } else {
      list.moveToLast(slot);
      model = [...others, slot];
    }
    list.auditLinks('list');
  }
  expect([...list]).toEqual(model);
  expect([list.first, list.last, list.size]).toEqual([model[0], model.at(-1), model.length]);
}
