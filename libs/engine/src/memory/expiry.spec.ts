import { FakeClock } from 'nuthatch/testing';
import { Sweeper } from './expiry.js';

function open({ span = 10, mortals = 1 } = {}) {
  const clock = new FakeClock();
  const ranges: [number, number][] = [];
  const entries = { span, mortals };
  const sweeper = new Sweeper({ clock, sweepIntervalMs: 1000 }, entries, (from, until) =>
    ranges.push([from, until]),
  );
  return { clock, ranges, entries, sweeper };
}

describe('Sweeper', () => {
  it('sleeps until it is woken, and then waits for its interval', () => {
    const { clock, ranges, sweeper } = open();
    clock.advance('1h');
    sweeper.wake();
    sweeper.wake();
    expect(clock.timers).toBe(1);
    clock.advance(999);
    expect(ranges).toEqual([]);
    clock.advance(1);
    expect(ranges).toEqual([[0, 10]]);
  });

  it('cuts a large table into slices of 2,048 slots', () => {
    const { clock, ranges, sweeper } = open({ span: 5000 });
    sweeper.wake();
    clock.advance('1s');
    expect(ranges).toEqual([
      [0, 2048],
      [2048, 4096],
      [4096, 5000],
    ]);
  });

  it('comes again while something can expire, and then no more', () => {
    const { clock, ranges, entries, sweeper } = open();
    sweeper.wake();
    clock.advance('3s');
    expect(ranges).toHaveLength(3);
    entries.mortals = 0;
    clock.advance('10s');
    expect([ranges.length, clock.timers]).toEqual([4, 0]);
  });

  it('stays stopped, however often it is woken', () => {
    const { clock, ranges, sweeper } = open();
    sweeper.wake();
    sweeper.stop();
    sweeper.wake();
    clock.advance('1h');
    expect([ranges, clock.timers]).toEqual([[], 0]);
  });
});
