import type { Row } from './backing-store.js';
import { put, removal } from '../../../../test/support/guarded.js';
import { Repairs, rowOf } from './repairs.js';

function rowAt(key: string, version: number): Row {
  const row = rowOf(put(key, version));
  if (row === undefined) throw new Error('a set has a row');
  return row;
}

function open(limit = 100): Repairs {
  return new Repairs(limit);
}

describe('the repairs of a store', () => {
  it('keep the last operation of a key', () => {
    const repairs = open();
    repairs.take([put('owl', 1), removal('owl', 2), put('wren', 3)]);
    expect([...repairs.operations]).toEqual([removal('owl', 2), put('wren', 3)]);
  });

  it('keep the later one where the earlier one comes late', () => {
    const repairs = open();
    repairs.take([put('owl', 5)]);
    repairs.undo([put('owl', 4)]);
    expect(repairs.find('owl')).toEqual(put('owl', 5));
  });

  it('delete what nobody knows about', () => {
    const repairs = open();
    repairs.undo([put('owl', 1), removal('wren', 2)]);
    expect([...repairs.operations]).toEqual([removal('owl', 1), removal('wren', 2)]);
  });

  it('let go of a key when something as new is made, and not when something older is', () => {
    const repairs = open();
    repairs.undo([put('owl', 5), put('wren', 5), put('jay', 5)]);
    repairs.made([put('owl', 5), put('wren', 4), put('jay', 6)]);
    expect([...repairs.operations]).toEqual([removal('wren', 5)]);
  });

  it('lie over what the store answers', () => {
    const repairs = open();
    repairs.take([put('owl', 7), removal('wren', 8)]);
    const rows = [rowAt('owl', 1), rowAt('wren', 1), rowAt('jay', 1)];
    expect(rows.map((row) => repairs.over(row.key, row)?.version)).toEqual([7, undefined, 1]);
    const overlay = repairs.overlay();
    expect(overlay.over(rows).map(({ key, version }) => [key, version])).toEqual([
      ['owl', 7],
      ['jay', 1],
    ]);
    expect(overlay.rest()).toEqual([]);
    expect(repairs.overlay().rest()).toEqual([rowAt('owl', 7)]);
  });

  it('hide no row that has no version, as records have none', () => {
    const repairs = open();
    const row = rowAt('owl', 0);
    expect([repairs.isIdle, repairs.over('owl', row), repairs.overlay().over([row])]).toEqual([
      true,
      row,
      [row],
    ]);
    repairs.take([put('wren', 1)]);
    expect([repairs.over('owl', row), repairs.overlay().over([row])]).toEqual([row, [row]]);
  });

  it('lie over a listing as they were when it began', () => {
    const repairs = open();
    repairs.take([put('owl', 7)]);
    const overlay = repairs.overlay();
    repairs.made([put('owl', 7)]);
    repairs.take([put('wren', 8)]);
    expect([...overlay.over([rowAt('owl', 1)]), ...overlay.rest()]).toEqual([rowAt('owl', 7)]);
  });

  it('keep one invalidation of a name, the newest, until one as new is remembered', () => {
    const repairs = open();
    repairs.invalidate([{ scope: 'tag', name: 'night', version: 5 }]);
    repairs.invalidate([{ scope: 'tag', name: 'night', version: 3 }]);
    repairs.invalidate([{ scope: 'prefix', name: 'night', version: 4 }]);
    expect(repairs.invalidations.map(({ version }) => version)).toEqual([5, 4]);
    repairs.remembered([{ scope: 'tag', name: 'night', version: 4 }]);
    expect(repairs.count).toBe(2);
    repairs.remembered([{ scope: 'tag', name: 'night', version: 5 }]);
    expect(repairs.invalidations).toEqual([{ scope: 'prefix', name: 'night', version: 4 }]);
  });

  it('are summed up in one invalidation of everything as old where they are too many', () => {
    const repairs = open(3);
    repairs.undo([put('owl', 10), put('wren', 30), put('jay', 20)]);
    repairs.undo([put('emu', 40)]);
    expect(repairs.invalidations).toEqual([{ scope: 'prefix', name: '', version: 30 }]);
    expect([...repairs.operations]).toEqual([removal('emu', 40)]);
    expect(
      [rowAt('wren', 29), rowAt('rook', 30), rowAt('kite', 31)].map((row) => repairs.over(row.key, row)),
    ).toEqual([undefined, undefined, rowAt('kite', 31)]);
  });

  it('never grow beyond their bound by more than the one that sums up, whatever comes', () => {
    const repairs = open(10);
    for (let version = 1; version < 1000; version++) {
      if (version % 3 === 0) repairs.invalidate([{ scope: 'tag', name: `tag ${version}`, version }]);
      else repairs.undo([put(`bird ${version}`, version)]);
      expect(repairs.count).toBeLessThanOrEqual(10);
    }
  });

  it('hide what was summed up also after the store has remembered it: it may still have the rows', () => {
    const repairs = open(1);
    repairs.undo([put('owl', 10)]);
    repairs.undo([put('wren', 20)]);
    repairs.remembered(repairs.invalidations);
    repairs.made([put('wren', 20)]);
    expect([repairs.count, repairs.isIdle, repairs.over('owl', rowAt('owl', 9))]).toEqual([
      0,
      false,
      undefined,
    ]);
    repairs.reset();
    expect([repairs.isIdle, repairs.over('owl', rowAt('owl', 9))]).toEqual([true, rowAt('owl', 9)]);
  });
});
