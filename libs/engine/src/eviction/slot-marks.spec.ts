import { SlotMarks } from './slot-marks.js';

describe('SlotMarks', () => {
  it('keeps the marks of neighbours apart, also when it grows', () => {
    const marks = new SlotMarks();
    for (let slot = 0; slot < 300; slot++) marks.set(slot, slot % 4);
    marks.set(17, 3);
    marks.set(17, 0);
    marks.set(18, 1);
    for (let slot = 0; slot < 300; slot++)
      expect([slot, marks.of(slot)]).toEqual([slot, slot === 17 ? 0 : slot === 18 ? 1 : slot % 4]);
  });

  it('says 0 of a slot that was never marked', () => {
    expect(new SlotMarks().of(100_000)).toBe(0);
  });
});
