import { Handover } from './handover.js';
import { lfu } from './lfu.js';
import { lru } from './lru.js';
import type { EvictionContext, EvictionStrategy, Slot } from './strategy.js';

const context: EvictionContext = {
  capacity: 10,
  slots: 0,
  random: { next: () => 0 },
  hashOf: (slot) => slot,
  entries: { weight: () => 1, expiresAt: () => Infinity, writtenAt: () => 0, hits: () => 0 },
};

/** A strategy with so many residents, the first one the oldest. */
function holding(count: number): EvictionStrategy {
  const strategy = lru.create(context);
  for (let slot = 0; slot < count; slot++) strategy.onInsert(slot);
  return strategy;
}

/** Takes so many and then breaks. */
function breakingAt(limit: number): EvictionStrategy {
  const strategy = lru.create(context);
  let count = 0;
  const onInsert = (slot: Slot): void => {
    if (++count === limit) throw new Error('no more');
    strategy.onInsert(slot);
  };
  return { ...methodsOf(strategy), onInsert };
}

function methodsOf(strategy: EvictionStrategy): EvictionStrategy {
  return {
    onInsert: (slot) => strategy.onInsert(slot),
    onAccess: (slot) => strategy.onAccess(slot),
    onRemove: (slot, cause) => strategy.onRemove(slot, cause),
    chooseVictim: () => strategy.chooseVictim(),
    order: () => strategy.order(),
    resize: (capacity) => strategy.resize(capacity),
    audit: (resident) => strategy.audit(resident),
  };
}

function slots(count: number): Set<Slot> {
  return new Set(Array.from({ length: count }, (_, slot) => slot));
}

describe('a handover', () => {
  it('moves so many at a step, the coldest first, and says when it is done', () => {
    const [from, to] = [holding(5), lru.create(context)];
    const handover = new Handover(from, to);
    expect(handover.step(2)).toBe(false);
    expect([[...to.order()], [...from.order()]]).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    handover.audit(slots(5));
    expect([handover.step(3), [...to.order()]]).toEqual([true, [0, 1, 2, 3, 4]]);
    handover.audit(slots(5));
  });

  it('tells each of them only of its own residents', () => {
    const [from, to] = [holding(4), lru.create(context)];
    const handover = new Handover(from, to);
    handover.step(2);
    handover.onAccess(0);
    handover.onAccess(2);
    handover.onRemove(3, 'deleted');
    handover.onInsert(7);
    expect([...handover.order()]).toEqual([1, 0, 7, 2]);
    handover.audit(new Set([0, 1, 2, 7]));
  });

  it('evicts what has moved, which is the coldest, and what has not where nothing has', () => {
    const handover = new Handover(holding(4), lru.create(context));
    expect(handover.chooseVictim()).toBe(0);
    handover.step(2);
    handover.onInsert(9);
    expect(handover.chooseVictim()).toBe(0);
  });

  it('moves also those that the old strategy spares', () => {
    const sparing = { ...methodsOf(holding(3)), chooseVictim: () => undefined };
    const to = lru.create(context);
    expect(new Handover(sparing, to).step(10)).toBe(true);
    expect([...to.order()]).toEqual([0, 1, 2]);
  });

  it('goes back to the old order where the new strategy throws', () => {
    const from = holding(5);
    const handover = new Handover(from, breakingAt(4));
    expect(() => handover.step(10)).toThrow('no more');
    handover.undo();
    expect([...from.order()]).toEqual([0, 1, 2, 3, 4]);
    from.audit(slots(5));
  });

  it('fails its audit where it was not told of a resident, or of a removal', () => {
    const handover = new Handover(holding(3), lfu.create(context));
    handover.step(1);
    expect(() => handover.audit(slots(3))).not.toThrow();
    for (const wrong of [slots(2), slots(4), new Set([1, 2])])
      expect(() => handover.audit(wrong)).toThrow(/lru|handover/);
  });
});
