import { FakeClock } from 'nuthatch/testing';
import { resolved } from '../../../../test/support/guarded.js';
import { storeFailed } from '../kernel/errors.js';
import { Breaker } from './breaker.js';
import type { BreakerSettings } from './guard-options.js';

const failure = storeFailed('read', new Error('no network'));

function open(settings: BreakerSettings = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const options = resolved({ breaker: settings }).breaker;
  if (options === undefined) throw new Error('there is a breaker');
  const breaker = new Breaker(options, clock, {
    opened: ({ message }) => told.push(`opened: ${message}`),
    closed: () => told.push('closed'),
  });
  const call = (outcome: 'success' | 'nothing' | 'failure'): string => {
    const admission = breaker.admit();
    if (admission === undefined) return 'refused';
    breaker.ended(admission, outcome === 'failure' ? failure : outcome);
    return admission;
  };
  const calls = (count: number, outcome: 'success' | 'failure'): void => {
    for (let index = 0; index < count; index++) call(outcome);
  };
  return { clock, told, breaker, call, calls };
}

describe('a breaker', () => {
  it('opens when more than half of the last twenty calls have failed, and not before', () => {
    const { breaker, calls, told } = open();
    calls(20, 'success');
    calls(10, 'failure');
    expect(breaker.isClosed).toBe(true);
    calls(1, 'failure');
    expect(breaker.isClosed).toBe(false);
    expect(told).toEqual(['opened: the backing store failed to read: no network']);
  });

  it('says nothing before there were five calls', () => {
    const { breaker, calls } = open();
    calls(4, 'failure');
    expect(breaker.isClosed).toBe(true);
    calls(1, 'failure');
    expect(breaker.isClosed).toBe(false);
  });

  it('takes share, window and smallest number from its settings', () => {
    const { breaker, calls } = open({ threshold: 0.2, calls: 10, minCalls: 10 });
    calls(7, 'success');
    calls(2, 'failure');
    expect(breaker.isClosed).toBe(true);
    calls(1, 'failure');
    expect(breaker.isClosed).toBe(false);
  });

  it('lets one call through after its pause, and the others when that has worked', () => {
    const { clock, breaker, call, calls, told } = open({ halfOpenAfter: '5s' });
    calls(5, 'failure');
    expect(call('success')).toBe('refused');
    clock.advance('5s');
    expect(breaker.admit()).toBe('probe');
    expect(call('success')).toBe('refused');
    breaker.ended('probe', 'success');
    expect([call('success'), told.at(-1)]).toEqual(['call', 'closed']);
  });

  it('forgets the failures of before once it is closed again', () => {
    const { clock, breaker, call, calls } = open();
    calls(5, 'failure');
    clock.advance('5s');
    call('success');
    calls(2, 'failure');
    expect(breaker.isClosed).toBe(true);
  });

  it('waits longer from failure to failure, up to a minute, and tells nobody again', () => {
    const { clock, breaker, call, calls, told } = open({ halfOpenAfter: '5s' });
    calls(5, 'failure');
    const pauses: number[] = [];
    for (let round = 0; round < 8; round++) {
      pauses.push(breaker.leftMs);
      clock.advance(breaker.leftMs);
      expect(call('failure')).toBe('probe');
    }
    const longest = [5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000];
    expect(
      pauses.map((pause, round) => pause <= (longest[round] ?? 0) && pause >= (longest[round] ?? 0) / 2),
    ).toEqual(Array(8).fill(true));
    expect(told).toHaveLength(1);
  });

  it('begins with a short pause again after it was closed', () => {
    const { clock, breaker, call, calls } = open({ halfOpenAfter: '5s' });
    calls(5, 'failure');
    for (let round = 0; round < 5; round++) {
      clock.advance('1m');
      call('failure');
    }
    clock.advance('1m');
    call('success');
    calls(5, 'failure');
    expect(breaker.leftMs).toBeLessThanOrEqual(5000);
  });

  it('learns nothing from calls that the caller got wrong, and lets the next one find out', () => {
    const { clock, breaker, call, calls } = open();
    for (let count = 0; count < 30; count++) call('nothing');
    expect(breaker.isClosed).toBe(true);
    calls(5, 'failure');
    clock.advance('5s');
    expect([call('nothing'), call('nothing'), call('success')]).toEqual(['probe', 'probe', 'probe']);
    expect(breaker.isClosed).toBe(true);
  });

  it('is not moved by what was let through before it opened', () => {
    const { breaker, calls } = open();
    const early = breaker.admit();
    calls(5, 'failure');
    breaker.ended(early ?? 'probe', 'success');
    expect(breaker.isClosed).toBe(false);
  });
});
