import { FakeClock } from 'nuthatch/testing';
import { ExpirySweeper } from './expiry.js';

/** A sweeper over entries that are only their deadlines. */
function open({ sweepIntervalMs = 1000, onExpire = (_slot: number) => {} } = {}) {
  const clock = new FakeClock();
  const deadlines: number[] = [];
  const expired: number[] = [];
  const sweeper = new ExpirySweeper(
    { clock, sweepIntervalMs },
    (slot) => deadlines[slot] ?? Infinity,
    (slot) => {
      deadlines[slot] = Infinity;
      expired.push(slot);
      onExpire(slot);
    },
  );
  const put = (slot: number, ttlMs: number) => {
    deadlines[slot] = clock.now() + ttlMs;
    sweeper.watch(slot, deadlines[slot]);
  };
  const audit = () => sweeper.audit([...deadlines.keys()].filter((slot) => deadlines[slot]! < Infinity));
  return { clock, deadlines, expired, sweeper, put, audit };
}

describe('ExpirySweeper', () => {
  it('sleeps until an entry ends, and removes it within its interval', () => {
    const { clock, expired, put, audit } = open();
    clock.advance('1h');
    expect(clock.timers).toBe(0);
    put(0, 1500);
    put(1, 1500);
    expect(clock.timers).toBe(1);
    clock.advance(1999);
    expect(expired).toEqual([]);
    audit();
    clock.advance(1);
    expect([expired, clock.timers]).toEqual([[0, 1], 0]);
  });

  it('rings earlier for an entry that ends earlier', () => {
    const { clock, expired, put, audit } = open();
    put(0, 3_600_000);
    put(1, 2000);
    audit();
    clock.advance(2000);
    expect([expired, clock.timers]).toEqual([[1], 1]);
    clock.advance('1h');
    expect([expired, clock.timers]).toEqual([[1, 0], 0]);
  });

  it('removes large numbers in slices of 2,048, between which other timers have their turn', () => {
    const { clock, expired, put } = open();
    for (let slot = 0; slot < 5000; slot++) put(slot, 1000);
    const seen: number[] = [];
    const look = () => {
      seen.push(expired.length);
      if (expired.length < 5000) clock.schedule(look, 0);
    };
    clock.schedule(look, 1000);
    clock.advance(1000);
    expect(seen).toEqual([2048, 4096, 5000]);
  });

  it('goes on while entries come, and then no more', () => {
    const { clock, expired, put } = open();
    for (let at = 0; at < 5; at++) {
      put(at, 500);
      clock.advance(1000);
    }
    expect(expired).toEqual([0, 1, 2, 3, 4]);
    clock.advance('1h');
    expect([expired.length, clock.timers]).toEqual([5, 0]);
  });

  it('watches what is written while it sweeps', () => {
    const { clock, expired, put } = open({ onExpire: (slot) => slot < 3 && put(slot + 1, 1000) });
    put(0, 1000);
    clock.advance('1m');
    expect([expired, clock.timers]).toEqual([[0, 1, 2, 3], 0]);
  });

  it('goes on after a removal that throws', () => {
    const { clock, expired, put } = open({
      onExpire: (slot) => {
        if (slot === 0) throw new Error('no');
      },
    });
    put(0, 1000);
    put(1, 1000);
    expect(() => clock.advance(1000)).toThrow('no');
    clock.advance(0.5);
    expect(expired).toEqual([0, 1]);
  });

  it('forgets what it watched, and watches again', () => {
    const { clock, expired, deadlines, sweeper, put } = open();
    put(0, 1000);
    sweeper.forget();
    deadlines.length = 0;
    expect(clock.timers).toBe(0);
    put(0, 3000);
    clock.advance('1m');
    expect(expired).toEqual([0]);
  });

  it('stays stopped, whatever is written', () => {
    const { clock, expired, sweeper, put } = open();
    put(0, 1000);
    sweeper.stop();
    put(1, 1000);
    clock.advance('1h');
    expect([expired, clock.timers]).toEqual([[], 0]);
  });

  it('never wakes where the interval has no end', () => {
    const { clock, put, audit } = open({ sweepIntervalMs: Infinity });
    put(0, 1000);
    clock.advance('1h');
    expect(clock.timers).toBe(0);
    audit();
  });

  it('fails its audit where an entry is not watched', () => {
    const { deadlines, put, audit } = open();
    put(0, 1000);
    audit();
    deadlines[1] = 5;
    expect(audit).toThrow('slot 1 is not looked at in time');
  });
});
