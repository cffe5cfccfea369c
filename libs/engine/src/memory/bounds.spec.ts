import { changeBounds, parseBounds } from './bounds.js';

describe('bounds', () => {
  it('are 1,000 items and 64 MB where neither is given', () => {
    expect(parseBounds({})).toEqual({ maxItems: 1000, maxBytes: 67_108_864 });
  });

  it('leave unbounded what is not given', () => {
    expect(parseBounds({ maxItems: 3 })).toEqual({ maxItems: 3, maxBytes: Infinity });
    expect(parseBounds({ maxBytes: '2kb' })).toEqual({ maxItems: Infinity, maxBytes: 2048 });
  });

  it('keep what a change leaves out', () => {
    const bounds = { maxItems: 3, maxBytes: 100 };
    expect(changeBounds(bounds, { maxItems: 5 })).toEqual({ maxItems: 5, maxBytes: 100 });
    expect(changeBounds(bounds, {})).toEqual(bounds);
  });

  it('may lose one limit but not both', () => {
    const bounds = { maxItems: 3, maxBytes: 100 };
    expect(changeBounds(bounds, { maxItems: Infinity }).maxItems).toBe(Infinity);
    expect(() => changeBounds(bounds, { maxItems: Infinity, maxBytes: Infinity })).toThrow(
      'maxItems must be finite',
    );
  });
});
