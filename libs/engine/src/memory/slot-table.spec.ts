import { SlotTable } from './slot-table.js';

function open(): SlotTable<string, number, string> {
  return new SlotTable<string, number, string>();
}

describe('SlotTable', () => {
  it('uses freed slots again before it takes new ones', () => {
    const table = open();
    const slots = ['a', 'b', 'c'].map((key) => table.add(key));
    table.remove(slots[1] as number);
    expect([slots, table.add('d'), table.add('e'), table.span]).toEqual([[0, 1, 2], 1, 3, 4]);
    table.audit();
  });

  it('leaves nothing of an entry behind in its slot', () => {
    const table = open();
    const slot = table.add('a');
    table.write(slot, 1, 5);
    table.dress(slot, 100, { expiresAt: 50, note: 'note' });
    table.remove(slot);
    table.audit();
    expect([table.totalWeight, table.mortals]).toEqual([0, 0]);
    table.write(table.add('b'), 2, 6);
    expect([table.weight(slot), table.expiresAt(slot), table.note(slot)]).toEqual([0, Infinity, undefined]);
  });

  it('loses weight, end and note at an overwrite that has none', () => {
    const table = open();
    const slot = table.add('a');
    table.write(slot, 1, 5);
    table.dress(slot, 100, { expiresAt: 50, note: 'note' });
    table.write(slot, 2, 6);
    expect([table.totalWeight, table.mortals, table.expiresAt(slot), table.note(slot)]).toEqual([
      0,
      0,
      Infinity,
      undefined,
    ]);
    table.audit();
  });

  it('keeps every figure when it grows', () => {
    const table = open();
    for (let key = 0; key < 1000; key++) {
      const slot = table.add(`k${key}`);
      table.write(slot, key, key);
      table.dress(slot, key, { expiresAt: key % 2 === 0 ? key + 1 : Infinity });
    }
    table.audit();
    expect([table.weight(7), table.expiresAt(8), table.expiresAt(9), table.writtenAt(999)]).toEqual([
      7,
      9,
      Infinity,
      999,
    ]);
  });
});
