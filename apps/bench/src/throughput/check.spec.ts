import { field } from '../field/field.js';
import { check } from './check.js';
import { expectationOf, expectations } from './expectations.js';
import { operations } from './operations.js';
import type { Row } from './race.js';

function row(library: string, speeds: readonly number[], ttl = false): Row {
  return { library, operation: 'getHit', size: 10, ttl, speeds, ratios: [] };
}

const rule = { library: 'ours', against: ['slow', 'fast'], ratio: 1 };

describe('the check', () => {
  it('holds a row against the fastest of its rivals', () => {
    const rows = [row('ours', [150, 150]), row('slow', [100, 100]), row('fast', [200, 200])];
    expect(check(rows, [rule])).toEqual([
      { isMet: false, text: 'BELOW  ours getHit 10: 0.75 (0.75 to 0.75) x fast, expected 1' },
    ]);
  });

  it('takes each ratio within its round, so that a slow machine changes nothing', () => {
    const rows = [row('ours', [100, 10, 50]), row('fast', [100, 10, 50])];
    expect(check(rows, [rule]).map(({ isMet }) => isMet)).toEqual([true]);
  });

  it('lets a ratio be three per cent below, and no more', () => {
    const verdictAt = (speed: number): boolean[] =>
      check([row('ours', [speed]), row('fast', [100])], [rule]).map(({ isMet }) => isMet);
    expect(verdictAt(97)).toEqual([true]);
    expect(verdictAt(96.9)).toEqual([false]);
  });

  it('goes by the lower end of the interval', () => {
    const rows = [row('ours', [120, 120, 60]), row('fast', [100, 100, 100])];
    expect(check(rows, [rule]).map(({ isMet }) => isMet)).toEqual([false]);
  });

  it('compares only rows of the same operation, size and time to live', () => {
    expect(check([row('ours', [1], true), row('fast', [100], false)], [rule])).toEqual([]);
  });
});

describe('expectations', () => {
  it('are overridden by later lines that fit', () => {
    const exception = { ...rule, ttl: true, ratio: 0.5 };
    expect(expectationOf(row('ours', [], true), [rule, exception])?.ratio).toBe(0.5);
    expect(expectationOf(row('ours', []), [rule, exception])?.ratio).toBe(1);
    expect(expectationOf(row('other', []), [rule, exception])).toBeUndefined();
  });

  it('name only who takes part and what is run', () => {
    const names = field.map(({ name }) => name);
    for (const { library, against, operation, ratio } of expectations) {
      expect(names).toEqual(expect.arrayContaining([library, ...against]));
      expect([undefined, ...operations.map(({ name }) => name)]).toContain(operation);
      expect(ratio).toBeGreaterThan(0);
    }
  });
});
