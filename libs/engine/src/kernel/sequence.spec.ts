import { FakeClock } from 'nuthatch/testing';
import { Sequence } from './sequence.js';

function open() {
  const clock = new FakeClock();
  return { clock, sequence: new Sequence(clock) };
}

describe('Sequence', () => {
  it('never repeats itself, also within a millisecond and beyond its room for one', () => {
    const { sequence } = open();
    const versions = Array.from({ length: 5000 }, () => sequence.next());
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
    expect(versions.every(Number.isSafeInteger)).toBe(true);
  });

  it('goes on upwards when the clock is set back', () => {
    const { clock, sequence } = open();
    const before = sequence.next();
    clock.shiftWallClock(-86_400_000);
    expect(sequence.next()).toBeGreaterThan(before);
  });

  it('is ahead of a former process after a restart', () => {
    const { clock, sequence } = open();
    const before = sequence.next();
    clock.advance(1);
    expect(new Sequence(clock).next()).toBeGreaterThan(before);
  });

  it('passes a version that was found in a store, and ignores a smaller one', () => {
    const { clock, sequence } = open();
    const found = sequence.next() + 10_000_000;
    sequence.pass(found);
    sequence.pass(5);
    expect(sequence.next()).toBe(found + 1);
    clock.advance('1 day');
    expect(sequence.next()).toBeGreaterThan(found + 1);
  });
});
