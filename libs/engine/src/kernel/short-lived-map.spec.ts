import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ShortLivedMap } from './short-lived-map.js';

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('set' as const), key: fc.nat(5), value: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('delete' as const), key: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('clear' as const) }) },
);

it('has what a map has', () => {
  const check = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const [ours, theirs] = [new ShortLivedMap<number, number>(), new Map<number, number>()];
    for (const each of steps) {
      if (each.verb === 'set') {
        ours.set(each.key, each.value);
        theirs.set(each.key, each.value);
      } else if (each.verb === 'delete') expect(ours.delete(each.key)).toBe(theirs.delete(each.key));
      else {
        ours.clear();
        theirs.clear();
      }
      expect([ours.size, [...ours.values()]]).toEqual([theirs.size, [...theirs.values()]]);
      for (let key = 0; key <= 5; key++) expect(ours.get(key)).toBe(theirs.get(key));
    }
  });
  fc.assert(check, { verbose: true });
});
