import { FakeClock } from 'nuthatch/testing';
import { SlotTable } from './slot-table.js';

/** What a memory table does with it. */
class OpenTable extends SlotTable<string, number, string> {
  override add(key: string, value: number): number {
    return super.add(key, value);
  }

  override remove(slot: number): void {
    super.remove(slot);
  }

  override replace(slot: number, key: string, value: number): void {
    super.replace(slot, key, value);
  }

  override countHit(slot: number): void {
    super.countHit(slot);
  }

  override recall(slot: number, hits: number): void {
    super.recall(slot, hits);
  }
}

function open(limit = 10_000, countsHits = true): OpenTable {
  return new OpenTable(new FakeClock(), limit, countsHits);
}

describe('SlotTable', () => {
  it('uses freed slots again before it takes new ones', () => {
    const table = open();
    const slots = ['a', 'b', 'c'].map((key) => table.add(key, 1));
    table.remove(slots[1] as number);
    expect([slots, table.add('d', 2), table.add('e', 3), table.span]).toEqual([[0, 1, 2], 1, 3, 4]);
    table.audit();
  });

  it('gives back many freed slots, each once', () => {
    const table = open();
    for (let key = 0; key < 100; key++) table.add(`k${key}`, key);
    for (let slot = 0; slot < 100; slot++) table.remove(slot);
    const again = Array.from({ length: 100 }, (_, key) => table.add(`n${key}`, key));
    expect([new Set(again).size, table.span, table.size]).toEqual([100, 100, 100]);
    table.audit();
  });

  it('leaves nothing of an entry behind in its slot', () => {
    const table = open();
    const slot = table.add('a', 1);
    table.weigh(slot, 100);
    table.endAt(slot, 50);
    table.annotate(slot, 'note');
    table.remove(slot);
    table.audit();
    expect([table.totalWeight, table.mortals, table.size]).toEqual([0, 0, 0]);
    const again = table.add('b', 2);
    expect([again, table.expiresAt(slot), table.note(slot), table.hitsAt(slot)]).toEqual([
      slot,
      Infinity,
      undefined,
      0,
    ]);
  });

  it('gives a slot to another key, with no hits', () => {
    const table = open();
    const slot = table.add('a', 1);
    table.countHit(slot);
    table.replace(slot, 'b', 2);
    expect([table.index.get('a'), table.keyAt(slot), table.valueAt(slot), table.hitsAt(slot)]).toEqual([
      undefined,
      'b',
      2,
      0,
    ]);
    table.audit();
  });

  it('counts hits up to 65,535 and no further', () => {
    const table = open();
    const slot = table.add('a', 1);
    table.recall(slot, 65_534);
    table.countHit(slot);
    table.countHit(slot);
    expect(table.hitsAt(slot)).toBe(65_535);
    table.recall(slot, 1e9);
    expect(table.hitsAt(slot)).toBe(65_535);
  });

  it('keeps no hits where they are not counted', () => {
    const table = open(1001, false);
    for (let key = 0; key < 1000; key++) table.countHit(table.add(`k${key}`, key));
    table.recall(0, 7);
    expect([table.hits.length, table.hitsAt(0)]).toEqual([0, 0]);
    table.audit();
  });

  it('keeps every figure when it grows, and grows no further than its limit', () => {
    const table = open(1001);
    table.keepTimes(0);
    for (let key = 0; key < 1000; key++) {
      const slot = table.add(`k${key}`, key);
      table.weigh(slot, key);
      table.endAt(slot, key % 2 === 0 ? key + 1 : Infinity);
      table.stamp(slot, key);
    }
    table.audit();
    expect([table.weight(7), table.expiresAt(8), table.expiresAt(9), table.writtenAt(999)]).toEqual([
      7,
      9,
      Infinity,
      999,
    ]);
    expect([table.keys.length, table.values.length, table.hits.length]).toEqual([1001, 1001, 1001]);
  });
});
