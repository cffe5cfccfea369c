import { jest } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { recordIntervals } from '../../../../test/support/intervals.js';
import { within } from './within.js';

afterEach(() => jest.restoreAllMocks());

describe('within', () => {
  it('keeps the process alive as long as it waits, and no longer', async () => {
    const clock = new FakeClock();
    const alive = recordIntervals();
    const waiting = within(held<void>().promise, 1000, { clock, late: 'late' });
    expect(alive.size).toBe(1);
    await clock.advanceAsync('1s');
    expect(await waiting).toBe('late');
    expect(alive.size).toBe(0);
  });

  it('answers what the promise does before the limit, and leaves no timer', async () => {
    const clock = new FakeClock();
    expect(await within(Promise.resolve(1), 1000, { clock, late: 'late' })).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('throws what the promise throws before the limit', async () => {
    const clock = new FakeClock();
    const waiting = within(Promise.reject(new Error('no')), 1000, { clock, late: 'late' });
    await expect(waiting).rejects.toThrow('no');
    expect(clock.timers).toBe(0);
  });
});
