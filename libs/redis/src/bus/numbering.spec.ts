import { describe, expect, it } from '@jest/globals';
import { Numbering } from './numbering.js';
import { SeenOrigins } from './seen-origins.js';

describe('the numbers of entries', () => {
  it('follow each other', () => {
    const numbering = new Numbering(7);
    expect([8, 9, 10].map((number) => numbering.take(number))).toEqual([true, true, true]);
    expect(numbering.last).toBe(10);
  });

  it.each([9, 7, 3])('have a gap where 8 is due and %d comes', (number) => {
    const numbering = new Numbering(7);
    expect(numbering.take(number)).toBe(false);
    expect(numbering.take(number + 1)).toBe(true);
  });

  it('may be taken by entries that cannot be trusted, one each', () => {
    const numbering = new Numbering(7);
    numbering.leaveRoom();
    numbering.leaveRoom();
    expect(numbering.take(10)).toBe(true);
    expect(numbering.take(12)).toBe(false);
  });

  it('need not be taken by entries that cannot be trusted', () => {
    const numbering = new Numbering(7);
    numbering.leaveRoom();
    expect(numbering.take(8)).toBe(true);
    expect(numbering.take(10)).toBe(false);
  });

  it('were promised, and are not there', () => {
    const numbering = new Numbering(7);
    expect(numbering.isComplete(7, 7)).toBe(true);
    expect(numbering.isComplete(7, 8)).toBe(true);
    expect(numbering.isComplete(8, 8)).toBe(false);
  });

  it('leave no room for more than were given: forged entries hide no gap that comes later', () => {
    const numbering = new Numbering(7);
    for (let at = 0; at < 100; at += 1) numbering.leaveRoom();
    expect(numbering.isComplete(8, 8)).toBe(true);
    expect(numbering.take(10)).toBe(false);
  });
});

describe('the processes that were heard', () => {
  it('say each thing once, and never go back', () => {
    const seen = new SeenOrigins();
    expect([1, 2, 2, 1, 5, 4].map((seq) => seen.isNew('ann', seq))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(seen.isNew('bob', 1)).toBe(true);
  });

  it('are forgotten where they were silent longest', () => {
    const seen = new SeenOrigins(2);
    for (const origin of ['ann', 'bob']) seen.isNew(origin, 1);
    seen.isNew('ann', 2);
    seen.isNew('cid', 1);
    expect(['ann', 'cid'].map((origin) => seen.isNew(origin, 1))).toEqual([false, false]);
    expect(seen.isNew('bob', 1)).toBe(true);
  });
});
