import { FakeClock } from 'nuthatch/testing';
import { held } from '../../../../test/support/caches.js';
import { untilLate } from './until-late.js';

function open(timeoutMs = 1000, signal?: AbortSignal) {
  const clock = new FakeClock();
  const gate = held<string>();
  const late = (): Error => new Error('late');
  return { clock, gate, answer: untilLate(gate.promise, { clock, timeoutMs, late, signal }) };
}

describe('patience', () => {
  it('becomes what is waited for, and leaves no timer behind', async () => {
    const { clock, gate, answer } = open();
    gate.resolve('owl');
    expect([await answer, clock.timers]).toEqual(['owl', 0]);
  });

  it('is over after its time, whatever comes later', async () => {
    const { clock, gate, answer } = open();
    clock.advance(1000);
    gate.reject(new Error('nobody is told'));
    await expect(answer).rejects.toThrow('late');
    expect(clock.timers).toBe(0);
  });

  it('is over when its signal is aborted, with that reason', async () => {
    const controller = new AbortController();
    const { clock, answer } = open(1000, controller.signal);
    controller.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
    expect(clock.timers).toBe(0);
  });

  it('without an end is the promise itself', () => {
    const gate = held<string>();
    const clock = new FakeClock();
    const answer = untilLate(gate.promise, { clock, timeoutMs: Infinity, late: () => undefined });
    expect(answer).toBe(gate.promise);
  });
});
