import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arcsOf, circleOf, nextPoint, pointsOf } from './hash-ring-circle.js';

const LAST = 2 ** 32 - 1;
/** Far apart, close together, and the same. */
const place = fc.oneof(
  fc.integer({ min: 0, max: LAST }),
  fc.nat(5),
  fc.nat(5).map((back) => LAST - back),
);
const lists = fc.array(
  fc.array(place, { maxLength: 30 }).map((points) => Uint32Array.from(points)),
  { maxLength: 5 },
);

/** All points, in clockwise order, then in the order of their owners. */
function inOrder(all: readonly Uint32Array[]): (readonly [point: number, owner: number])[] {
  return all
    .flatMap((list, owner) => Array.from(list, (point) => [point, owner] as const))
    .toSorted(([one, first], [other, second]) => one - other || first - second);
}

describe('the circle', () => {
  it('has the points of all lists in clockwise order, and what they share in the order of the lists', () => {
    fc.assert(
      fc.property(lists, (all) => {
        const { points, owners } = circleOf(all);
        expect(Array.from(points, (point, at) => [point, owners[at]])).toEqual(inOrder(all));
      }),
    );
  });

  it('finds the first point at a place or clockwise of it', () => {
    fc.assert(
      fc.property(lists, place, (all, from) => {
        const at = inOrder(all).findIndex(([point]) => point >= from);
        expect(nextPoint(circleOf(all), from)).toBe(Math.max(0, at));
      }),
    );
  });

  it('is its arcs, each the place from behind the point before it', () => {
    const circle = circleOf([Uint32Array.of(2 ** 30), Uint32Array.of(2 ** 31, 2 ** 30), Uint32Array.of()]);
    expect(arcsOf(circle, 3)).toEqual([0.75, 0.25, 0]);
    expect(arcsOf(circleOf([Uint32Array.of(7)]), 1)).toEqual([1]);
    expect(arcsOf(circleOf([]), 0)).toEqual([]);
  });
});

describe('the points of a node', () => {
  it('are two for each virtual node, and those of fewer begin those of more', () => {
    const few = pointsOf('owl', 10, 3);
    expect(few).toHaveLength(20);
    expect(pointsOf('owl', 50, 3).slice(0, 20)).toEqual(few);
  });

  it('are those of no other node or seed, but for chance', () => {
    const places = ['owl', 'owl2', 'wol', 'a', 'b', 'a\0'].flatMap((name) =>
      [0, 1, 2 ** 31, LAST].map((seed) => pointsOf(name, 1000, seed)),
    );
    const all = new Set(places.flatMap((points) => [...points]));
    expect(all.size).toBeGreaterThan(places.length * 2000 - 10);
  });
});
