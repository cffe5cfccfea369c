import { Problems } from '../kernel/problems.js';
import { type BoundsOptions, changeBounds, parseBounds } from './bounds.js';

function parsed(options: BoundsOptions) {
  return parseBounds(options, new Problems());
}

describe('bounds', () => {
  it('are 1,000 items and 64 MB where neither is given', () => {
    expect(parsed({})).toEqual({ maxItems: 1000, maxBytes: 67_108_864 });
  });

  it('leave unbounded what is not given', () => {
    expect(parsed({ maxItems: 3 })).toEqual({ maxItems: 3, maxBytes: Infinity });
    expect(parsed({ maxBytes: '2kb' })).toEqual({ maxItems: Infinity, maxBytes: 2048 });
  });

  it('keep what a change leaves out', () => {
    const bounds = { maxItems: 3, maxBytes: 100 };
    expect(changeBounds(bounds, { maxItems: 5 })).toEqual({ maxItems: 5, maxBytes: 100 });
    expect(changeBounds(bounds, {})).toEqual(bounds);
  });

  it('are refused together', () => {
    const wrong = () => changeBounds({ maxItems: 3, maxBytes: 100 }, { maxItems: 0, maxBytes: -1 });
    expect(wrong).toThrow(/maxItems must be .*, got 0\n- maxBytes must be .*, got -1/s);
  });

  it('may lose one limit but not both', () => {
    const bounds = { maxItems: 3, maxBytes: 100 };
    expect(changeBounds(bounds, { maxItems: Infinity }).maxItems).toBe(Infinity);
    expect(() => changeBounds(bounds, { maxItems: Infinity, maxBytes: Infinity })).toThrow(
      'maxItems must be finite',
    );
  });
});
