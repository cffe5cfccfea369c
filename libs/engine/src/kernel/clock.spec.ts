import { FakeClock } from 'nuthatch/testing';
import { fromWallTime, systemClock, toWallTime } from './clock.js';

describe('systemClock', () => {
  it('never runs backwards', () => {
    const first = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  });

  it('runs what is scheduled', async () => {
    await expect(new Promise((resolve) => systemClock.schedule(() => resolve('ran'), 0))).resolves.toBe(
      'ran',
    );
  });

  it('does not run what was called off, nor at once what is further away than a timer of Node can be', async () => {
    const ran: string[] = [];
    systemClock.schedule(() => ran.push('called off'), 0).cancel();
    const far = systemClock.schedule(() => ran.push('in 60 days'), 60 * 86_400_000);
    const never = systemClock.schedule(() => ran.push('never'), Infinity);
    await new Promise<void>((resolve) => systemClock.schedule(resolve, 5));
    expect(ran).toEqual([]);
    far.cancel();
    never.cancel();
  });
});

describe('wall time', () => {
  it('brings a deadline through a restart', () => {
    const clock = new FakeClock();
    clock.advance('1h');
    const epoch = toWallTime(clock, clock.now() + 60_000);
    const later = new FakeClock(clock.wallNow() + 20_000);
    expect(fromWallTime(later, epoch) - later.now()).toBe(40_000);
  });

  it('keeps for ever what never ends', () => {
    const clock = new FakeClock();
    expect([toWallTime(clock, Infinity), fromWallTime(clock, undefined)]).toEqual([undefined, Infinity]);
  });
});
