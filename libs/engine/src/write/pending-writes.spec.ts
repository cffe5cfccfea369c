import type { Operation } from '../store/backing-store.js';
import { PendingWrites } from './pending-writes.js';

function set(key: string, value: string): Operation {
  return { type: 'set', row: { key, value, expiresAt: undefined, version: 1, tags: [] } };
}

function open(...operations: readonly Operation[]): PendingWrites {
  const writes = new PendingWrites();
  for (const operation of operations) writes.put(operation);
  return writes;
}

describe('pending writes', () => {
  it('hold one change per key, the last', () => {
    const writes = open(set('owl', 'a'), set('owl', 'b'), { type: 'delete', key: 'owl' });
    expect([writes.count, writes.get('owl')]).toEqual([1, { type: 'delete', key: 'owl' }]);
  });

  it('count the bytes of what they hold', () => {
    const writes = open(set('owl', '12345'), set('owl', '1'), { type: 'delete', key: 'wren' });
    expect(writes.bytes).toBe('owl1wren'.length);
    writes.take(2);
    expect(writes.bytes).toBe(0);
  });

  it('count the bytes of binary values', () => {
    const row = { key: 'owl', value: new Uint8Array(100), expiresAt: undefined, version: 1, tags: [] };
    expect(open({ type: 'set', row }).bytes).toBe(103);
  });

  it('give out first what has waited longest, and no more than asked for', () => {
    const writes = open(set('owl', 'a'), set('wren', 'b'), set('jay', 'c'), set('owl', 'd'));
    expect(writes.take(2)).toEqual([set('wren', 'b'), set('jay', 'c')]);
    expect([writes.count, writes.take(5)]).toEqual([1, [set('owl', 'd')]]);
  });

  it('take back only what has not been changed again', () => {
    const writes = open(set('owl', 'a'), set('wren', 'b'));
    const batch = writes.take(2);
    writes.put(set('owl', 'new'));
    writes.putBack(batch);
    expect([writes.get('owl'), writes.get('wren')]).toEqual([set('owl', 'new'), set('wren', 'b')]);
  });

  it('are none after clear', () => {
    const writes = open(set('owl', 'a'));
    writes.clear();
    expect([writes.count, writes.bytes, writes.get('owl')]).toEqual([0, 0, undefined]);
  });
});
