import { FakeClock } from 'nuthatch/testing';
import { Deadlines, type Underway } from './deadlines.js';

function open(lengthMs = 1000) {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, lengthMs);
  const expired: string[] = [];
  const begin = (name: string): Underway => {
    const call: Underway = {
      deadlineAt: 0,
      next: undefined,
      previous: undefined,
      expire: () => expired.push(`${name} at ${clock.now()}`),
    };
    deadlines.add(call, clock.now());
    return call;
  };
  return { clock, deadlines, expired, begin };
}

describe('deadlines', () => {
  it('expire each call at its own time, with one timer for all', () => {
    const { clock, begin, expired } = open();
    begin('first');
    clock.advance(400);
    begin('second');
    begin('third');
    expect(clock.timers).toBe(1);
    clock.advance(10_000);
    expect(expired).toEqual(['first at 1000', 'second at 1400', 'third at 1400']);
    expect(clock.timers).toBe(0);
  });

  it('let a call go that has ended, whichever of them it is', () => {
    for (const ending of [0, 1, 2]) {
      const { clock, deadlines, begin, expired } = open();
      const calls = ['first', 'second', 'third'].map(begin);
      calls.forEach((call, index) => index === ending && deadlines.remove(call));
      clock.advance(1000);
      const left = ['first', 'second', 'third'].filter((_, index) => index !== ending);
      expect(expired).toEqual(left.map((name) => `${name} at 1000`));
    }
  });

  it('set no timer for a call that begins while one is set, and none once all have ended', () => {
    const { clock, deadlines, begin, expired } = open();
    for (let count = 0; count < 100; count++) deadlines.remove(begin('quick'));
    expect(clock.timers).toBe(1);
    clock.advance(1000);
    expect([clock.timers, expired]).toEqual([0, []]);
  });

  it('begin anew for a call that is added again, behind those that began since', () => {
    const { clock, deadlines, begin, expired } = open();
    const long = begin('long');
    clock.advance(900);
    begin('other');
    clock.advance(50);
    deadlines.remove(long);
    deadlines.add(long, clock.now());
    clock.advance(2000);
    expect(expired).toEqual(['other at 1900', 'long at 1950']);
  });

  it('may be removed twice', () => {
    const { clock, deadlines, begin, expired } = open();
    const first = begin('first');
    begin('second');
    deadlines.remove(first);
    deadlines.remove(first);
    clock.advance(1000);
    expect(expired).toEqual(['second at 1000']);
  });

  it('that are endless set no timer', () => {
    const { clock, begin } = open(Infinity);
    begin('first');
    expect(clock.timers).toBe(0);
  });

  it('leave no timer at the end, though what is under way still expires', () => {
    const { clock, deadlines, begin, expired } = open();
    const ended = begin('ended');
    deadlines.end();
    expect(clock.timers).toBe(1);
    deadlines.remove(ended);
    expect(clock.timers).toBe(0);
    begin('late');
    clock.advance(1000);
    expect([expired, clock.timers]).toEqual([['late at 1000'], 0]);
  });
});
