import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nuthatch/testing';
import { seededRandom } from '../kernel/random.js';
import { SharedClock } from './shared-clock.js';

/** What the clock of the tier says when that of the machine stands at its start. */
const SERVER_MS = 5_000_000;

function open() {
  const own = new FakeClock(1_000_000);
  const clock = new SharedClock(own);
  /** Asks the tier, which reads its clock half way, unless the way there takes another share of the time. */
  const ask = (tookMs: number, share = 0.5, serverMs = SERVER_MS): void => {
    const sentAt = own.now();
    if (tookMs > 0) own.advance(tookMs);
    clock.adjust(serverMs + sentAt + tookMs * share, sentAt);
  };
  /** By how much the clock is wrong. */
  const errorMs = (serverMs = SERVER_MS): number => clock.wallNow() - (serverMs + own.now());
  return { own, clock, ask, errorMs };
}

describe('the clock of a cache that shares a tier', () => {
  it('is that of the machine until the tier was asked', () => {
    const { own, clock } = open();
    own.advance(250);
    expect([clock.wallNow(), clock.now(), clock.uncertaintyMs]).toEqual([1_000_250, 250, 0]);
  });

  it('says what the tier says, read half way between question and answer', () => {
    const { own, clock, ask } = open();
    own.advance(1000);
    ask(10);
    expect(clock.wallNow()).toBe(SERVER_MS + 1010);
    own.advance(90);
    expect([clock.wallNow(), clock.wallAt(1000)]).toEqual([SERVER_MS + 1100, SERVER_MS + 1000]);
  });

  it('does not notice that the clock of the machine was set, neither before nor after it was asked', () => {
    const { own, clock, ask, errorMs } = open();
    own.shiftWallClock(60_000);
    expect(clock.wallNow()).toBe(1_000_000);
    ask(10);
    own.shiftWallClock(-120_000);
    own.advance(500);
    expect(errorMs()).toBe(0);
  });

  it('is as uncertain as the answer was slow, and a millisecond', () => {
    const { clock, ask } = open();
    ask(10);
    expect(clock.uncertaintyMs).toBe(11);
  });

  it('keeps to the fastest answer', () => {
    const { clock, ask, errorMs } = open();
    ask(20, 1);
    expect([errorMs(), clock.uncertaintyMs]).toEqual([10, 21]);
    ask(4, 0);
    expect([errorMs(), clock.uncertaintyMs]).toEqual([-2, 5]);
    ask(30, 0.5);
    expect([errorMs(), clock.uncertaintyMs]).toEqual([-2, 5]);
  });

  it('takes the newer of two answers that were equally fast', () => {
    const { ask, errorMs } = open();
    ask(10, 1);
    ask(10, 0.5);
    expect(errorMs()).toBe(0);
  });

  it('does not tell answers apart that took less than a millisecond', () => {
    const { clock, ask } = open();
    ask(0);
    ask(1, 0.5, SERVER_MS + 3);
    expect([clock.wallNow(), clock.uncertaintyMs]).toEqual([SERVER_MS + 4, 2]);
  });

  it('takes a slower answer once the faster one is a minute old, since clocks drift', () => {
    const { own, clock, ask, errorMs } = open();
    ask(2);
    const drifted = SERVER_MS + 7;
    own.advance(59_900);
    ask(40, 0.5, drifted);
    expect([errorMs(), clock.uncertaintyMs]).toEqual([0, 3]);
    own.advance(60);
    ask(40, 0.5, drifted);
    expect([errorMs(drifted), clock.uncertaintyMs]).toEqual([0, 41]);
  });

  it('is never wrong by more than half of what it is uncertain by, however unequal the ways are', () => {
    const random = seededRandom(7);
    const below = (limit: number): number => Math.floor(random.next() * limit);
    const { own, clock, ask, errorMs } = open();
    for (let round = 0; round < 500; round++) {
      own.advance(1 + below(5000));
      ask(below(100), random.next());
      expect(Math.abs(errorMs())).toBeLessThanOrEqual(clock.uncertaintyMs / 2);
    }
  });

  it('sets timers by the clock of the machine', () => {
    const { own, clock } = open();
    const rung: string[] = [];
    clock.schedule(() => rung.push('first'), 100);
    clock.schedule(() => rung.push('second'), 200).cancel();
    own.advance(99);
    expect(rung).toEqual([]);
    own.advance(500);
    expect([rung, own.timers]).toEqual([['first'], 0]);
  });
});
