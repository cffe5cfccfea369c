import { type PendingChange, pendingChange } from './pending-change.js';
import { PendingWrites } from './pending-writes.js';

const ALL = { count: Infinity, bytes: Infinity };

function set(key: string, value: string, origin: Partial<PendingChange> = {}): PendingChange {
  const row = { key, value, expiresAt: undefined, version: 1, tags: [] };
  return pendingChange(
    { type: 'set', row },
    { since: 0, sequence: undefined, isRecovered: false, ...origin },
  );
}

function removal(key: string, version = 2): PendingChange {
  const origin = { since: 0, sequence: undefined, isRecovered: false };
  return pendingChange({ type: 'delete', key, version }, origin);
}

function open(...changes: readonly PendingChange[]): PendingWrites {
  const writes = new PendingWrites();
  for (const change of changes) writes.put(change);
  return writes;
}

const refusals = {
  attempts: 1,
  error: undefined,
  firstAt: 0,
  lastAt: 0,
  pause: { duration: 5, next: () => refusals.pause },
  nextAt: 5,
};

function keysOf(changes: readonly PendingChange[]): string[] {
  return changes.map(({ key }) => key);
}

/** Whether nothing is left, also of what was only counted. */
function isEmpty(writes: PendingWrites): boolean {
  return writes.count === 0 && writes.bytes === 0 && writes.waiting.count === 0 && writes.waiting.bytes === 0;
}

describe('pending writes', () => {
  it('hold one change per key, the last, and answer the one before', () => {
    const first = set('owl', 'a');
    const writes = open(first);
    expect(writes.put(removal('owl'))).toEqual([first]);
    expect([writes.count, writes.get('owl')?.operation.type]).toEqual([1, 'delete']);
  });

  it('count the bytes of what they hold', () => {
    const writes = open(set('owl', '12345'), set('owl', '1'), removal('wren'));
    expect([writes.bytes, writes.waiting.bytes]).toEqual(['owl1wren'.length, 'owl1wren'.length]);
    const batch = writes.take(ALL);
    expect([writes.bytes, writes.waiting.bytes]).toEqual(['owl1wren'.length, 0]);
    writes.land(batch);
    expect(isEmpty(writes)).toBe(true);
  });

  it('count the bytes of binary values', () => {
    const row = { key: 'owl', value: new Uint8Array(100), expiresAt: undefined, version: 1, tags: [] };
    const origin = { since: 0, sequence: undefined, isRecovered: false };
    expect(open(pendingChange({ type: 'set', row }, origin)).bytes).toBe(103);
  });

  it('give out first the keys that have waited longest, in batches bounded by count and bytes', () => {
    const writes = open(set('owl', 'a'), set('wren', 'b'), set('jay', 'c'), set('owl', 'd'));
    expect(keysOf(writes.take({ count: 2, bytes: 100 }))).toEqual(['owl', 'wren']);
    expect(keysOf(writes.take({ count: 2, bytes: 1 }))).toEqual(['jay']);
  });

  it('give out one at least, however large', () => {
    expect(open(set('owl', 'x'.repeat(1000))).take({ count: 5, bytes: 10 })).toHaveLength(1);
  });

  it('do not mix recovered changes with others', () => {
    const writes = open(set('owl', 'a', { isRecovered: true }), set('wren', 'b'));
    expect([writes.take(ALL), writes.take(ALL)].map(keysOf)).toEqual([['owl'], ['wren']]);
  });

  it('do not give out a key that is being written, but those behind it', () => {
    const writes = open(set('owl', 'a'));
    const flight = writes.take(ALL);
    writes.put(set('owl', 'b'));
    writes.put(set('wren', 'c'));
    expect(keysOf(writes.take(ALL))).toEqual(['wren']);
    writes.land(flight);
    expect(keysOf(writes.take(ALL))).toEqual(['owl']);
  });

  it('count a key once that is being written and waits again', () => {
    const writes = open(set('owl', 'a'));
    const flight = writes.take(ALL);
    writes.put(set('owl', 'b'));
    expect([writes.count, writes.land(flight), writes.count]).toEqual([1, [], 1]);
  });

  it('take back only what has not been changed again', () => {
    const writes = open(set('owl', 'a'), set('wren', 'b'));
    const batch = writes.take(ALL);
    writes.put(set('owl', 'new'));
    writes.bounce(batch);
    expect([writes.count, writes.bytes]).toEqual([2, 'owlnewwrenb'.length]);
    expect(writes.get('owl')?.operation).toMatchObject({ row: { value: 'new' } });
  });

  it('keep apart what is refused until its time', () => {
    const writes = open(set('owl', 'a'));
    for (const change of writes.take(ALL)) writes.refuse(change, refusals);
    expect([writes.count, writes.waiting.count, writes.nextAttemptAt]).toEqual([1, 0, 5]);
    expect([writes.takeRefused(4), keysOf(writes.takeRefused(5))]).toEqual([[], ['owl']]);
  });

  it('forget that a key is refused when it is changed', () => {
    const writes = open(set('owl', 'a'));
    for (const change of writes.take(ALL)) writes.refuse(change, refusals);
    expect(keysOf(writes.put(set('owl', 'b')))).toEqual(['owl']);
    expect([writes.count, writes.bytes, writes.takeRefused(Infinity)]).toEqual([1, 'owlb'.length, []]);
  });

  it('drop keys whatever becomes of them, and say so to who writes them', () => {
    const writes = open(set('owl', 'a'), set('wren', 'b'));
    const [owl, wren] = writes.take(ALL);
    writes.put(set('owl', 'c'));
    expect(keysOf(writes.drop(['owl', 'wren', 'emu']))).toEqual(['owl', 'wren']);
    expect([owl && writes.isFlying(owl), wren && writes.isFlying(wren)]).toEqual([false, false]);
    expect(isEmpty(writes)).toBe(true);
  });

  it('are none after clear', () => {
    const writes = open(set('owl', 'a'), set('wren', 'b'));
    writes.take({ count: 1, bytes: 10 });
    expect(keysOf(writes.clear())).toEqual(['wren', 'owl']);
    expect([isEmpty(writes), writes.get('owl')]).toEqual([true, undefined]);
  });

  it('know since when the oldest waits, however often its key is changed', () => {
    const writes = open(set('owl', 'a', { since: 3 }), set('wren', 'b', { since: 5 }));
    writes.put(set('owl', 'c', { since: 9 }));
    expect(writes.oldestSince).toBe(3);
    writes.land(writes.take({ count: 1, bytes: 10 }));
    expect([writes.oldestSince, new PendingWrites().oldestSince]).toEqual([5, Infinity]);
  });
});
