import { FakeClock } from 'nuthatch/testing';
import { CoarseClock } from './coarse-clock.js';

function open(resolutionMs: number) {
  const clock = new FakeClock();
  let reads = 0;
  const counted = {
    now: () => (reads++, clock.now()),
    wallNow: () => clock.wallNow(),
    schedule: clock.schedule.bind(clock),
  };
  return { clock, coarse: new CoarseClock(counted, resolutionMs), reads: () => reads };
}

describe('CoarseClock', () => {
  it('reads the clock once per resolution', () => {
    const { clock, coarse, reads } = open(10);
    for (let read = 0; read < 100; read++) coarse.now();
    expect(reads()).toBe(1);
    clock.advance(10);
    expect([coarse.now(), reads()]).toEqual([10, 2]);
  });

  it('reads the clock every time where the resolution is 0, and sets no timer', () => {
    const { clock, coarse, reads } = open(0);
    coarse.now();
    coarse.now();
    expect([reads(), clock.timers]).toEqual([2, 0]);
  });

  it('answers exactly when asked to, and remembers it', () => {
    const { clock, coarse } = open(10);
    coarse.now();
    clock.advance(7);
    expect([coarse.now(), coarse.exactNow(), coarse.now()]).toEqual([0, 7, 7]);
  });

  it('is exact and has no timer once it is closed', () => {
    const { clock, coarse } = open(10);
    coarse.now();
    coarse.close();
    clock.advance(3);
    expect([coarse.now(), clock.timers]).toEqual([3, 0]);
  });
});
