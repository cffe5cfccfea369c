import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Invalidation } from '../kernel/invalidation.js';
import { Invalidations } from './invalidations.js';
import { compilePattern } from './patterns.js';

function open(...invalidations: readonly Invalidation[]): Invalidations {
  const book = new Invalidations();
  for (const invalidation of invalidations) book.add(invalidation);
  return book;
}

const tag = (name: string, version: number): Invalidation => ({ scope: 'tag', name, version });
const prefix = (name: string, version: number): Invalidation => ({ scope: 'prefix', name, version });
const pattern = (name: string, version: number): Invalidation => ({ scope: 'pattern', name, version });

/** Which of the versions of a key are still there. */
const left = (book: Invalidations, key: string, versions: readonly number[]): number[] =>
  versions.filter((version) => book.isCurrent(key, { tags: [], version }));

/** Which of the versions of an entry with the tags are still there. */
const leftTagged = (book: Invalidations, tags: readonly string[], versions: readonly number[]): number[] =>
  versions.filter((version) => book.isCurrent('owl', { tags, version }));

describe('the book of invalidations', () => {
  it('makes gone what carries the tag and was written up to the version, and nothing later', () => {
    const book = open(tag('night', 5));
    expect(leftTagged(book, ['day', 'night'], [4, 5, 6])).toEqual([6]);
    expect(leftTagged(book, ['day'], [1])).toEqual([1]);
    expect(left(book, 'owl', [1])).toEqual([1]);
  });

  it('makes gone what begins with the prefix, also within it, and no key that only resembles it', () => {
    const book = open(prefix('user:', 5), prefix('order:9:', 6));
    expect(left(book, 'user:1', [5, 6])).toEqual([6]);
    expect(left(book, 'user:profile:1', [5, 6])).toEqual([6]);
    expect(left(book, 'order:9:line', [6, 7])).toEqual([7]);
    for (const key of ['user', 'users:1', 'a:user:1', 'order:91', 'order:'])
      expect(left(book, key, [1])).toEqual([1]);
  });

  it('tells prefixes of one length apart by their versions', () => {
    const book = open(prefix('a:', 3), prefix('b:', 9), prefix('a:b:', 5));
    expect(left(book, 'a:x', [3, 4])).toEqual([4]);
    expect(left(book, 'b:x', [9, 10])).toEqual([10]);
    expect(left(book, 'a:b:x', [4, 5, 6])).toEqual([6]);
  });

  it('makes gone what matches the pattern', () => {
    const book = open(pattern('user:*:profile', 5), pattern('user:?', 7));
    expect(left(book, 'user:42:profile', [5, 6])).toEqual([6]);
    expect(left(book, 'user:4', [6, 7, 8])).toEqual([8]);
    expect(left(book, 'user:42', [1])).toEqual([1]);
  });

  it('makes everything gone by the empty prefix', () => {
    const book = open(prefix('user:', 3), prefix('', 5), prefix('user:', 7));
    expect(left(book, 'owl', [5, 6])).toEqual([6]);
    expect(left(book, 'user:1', [6, 7, 8])).toEqual([8]);
  });

  it('hides one key until that is forgiven, and not where it was hidden again since', () => {
    const book = open();
    book.addKey('owl', 5);
    expect(left(book, 'owl', [5, 6])).toEqual([6]);
    expect(left(book, 'bat', [1])).toEqual([1]);
    book.addKey('owl', 7);
    book.forgiveKey('owl', 5);
    expect(left(book, 'owl', [7, 8])).toEqual([8]);
    book.forgiveKey('owl', 7);
    expect(left(book, 'owl', [7])).toEqual([7]);
  });

  it('does not concern what was written at version 0 where nothing is said of it', () => {
    const book = open(tag('night', 5));
    expect([left(book, 'owl', [0]), leftTagged(book, ['day'], [0])]).toEqual([[0], [0]]);
  });

  it('knows the version of the newest', () => {
    const book = open();
    expect(book.newest).toBe(0);
    book.add(tag('night', 3));
    book.add(pattern('a*b', 8));
    book.addKey('owl', 9);
    expect([book.newest, book.copy().newest, book.blank().newest]).toEqual([9, 9, 0]);
  });

  it('keeps a copy as it was', () => {
    const book = open(tag('night', 1), prefix('user:', 1), pattern('a*b', 1));
    book.addKey('owl', 1);
    const copy = book.copy();
    for (const later of [tag('night', 5), prefix('user:', 5), prefix('b', 5), pattern('a*b', 5)])
      book.add(later);
    book.addKey('owl', 5);
    for (const key of ['user:1', 'ab', 'owl']) {
      expect(left(copy, key, [1, 2])).toEqual([2]);
      expect(left(book, key, [1, 2, 5])).toEqual([]);
    }
    expect([left(copy, 'b', [1]), left(book, 'b', [1])]).toEqual([[1], []]);
    expect([leftTagged(copy, ['night'], [1, 2]), leftTagged(book, ['night'], [1, 2])]).toEqual([[2], []]);
  });

  it('takes up what a store remembers, in whatever order', () => {
    const book = open();
    book.restoreFrom([
      pattern('a*b', 7),
      tag('night', 3),
      prefix('', 2),
      tag('night', 5),
      prefix('user:', 4),
    ]);
    expect(left(book, 'owl', [2, 3])).toEqual([3]);
    expect(leftTagged(book, ['night'], [5, 6])).toEqual([6]);
    expect(left(book, 'user:1', [4, 5])).toEqual([5]);
    expect(left(book, 'axb', [7, 8])).toEqual([8]);
  });

  describe('when it takes up what another process has invalidated', () => {
    const takeUp = (book: Invalidations, ...invalidations: readonly Invalidation[]): Invalidations => {
      for (const invalidation of invalidations) book.takeUp(invalidation);
      return book;
    };

    it('makes gone what that is about, as its own invalidations do', () => {
      const book = takeUp(open(), tag('night', 5), prefix('user:', 6), pattern('a*b', 7));
      expect(leftTagged(book, ['night'], [5, 6])).toEqual([6]);
      expect(left(book, 'user:1', [6, 7])).toEqual([7]);
      expect(left(book, 'axb', [7, 8])).toEqual([8]);
      expect(book.newest).toBe(7);
    });

    it.each([
      ['a tag', tag('night', 5)],
      ['a prefix', prefix('owl', 5)],
      ['a pattern', pattern('o*l', 5)],
    ])('looks again at what was found current, where it hears late of it: %s', (_what, late) => {
      const book = open(tag('another', 9));
      expect([book.newest, leftTagged(book, ['night'], [1, 9])]).toEqual([9, [1, 9]]);
      book.takeUp(late);
      expect([book.newest, leftTagged(book, ['night'], [1, 9, 10, 11])]).toEqual([10, [11]]);
    });

    it.each([
      ['the same tag', tag('night', 5), tag('night', 5)],
      ['an older one of the tag', tag('night', 5), tag('night', 4)],
      ['the same prefix', prefix('user:', 5), prefix('user:', 5)],
      ['a longer prefix', prefix('user:', 5), prefix('user:1:', 5)],
      ['a prefix where all is gone', prefix('', 5), prefix('user:', 4)],
      ['the same pattern', pattern('a*b', 5), pattern('a*b', 5)],
      ['an older one of the pattern', pattern('a*b', 5), pattern('a*b', 3)],
    ])('notes nothing that it knows: %s', (_what, known, again) => {
      const book = open(known, tag('another', 9));
      book.takeUp(again);
      expect(book.newest).toBe(9);
    });

    it.each([
      ['a newer one of the tag', tag('night', 5), tag('night', 6)],
      ['a shorter prefix', prefix('user:', 5), prefix('user', 5)],
      ['a newer one of the prefix', prefix('user:', 5), prefix('user:1:', 6)],
      ['a tag that is called as a prefix', prefix('night', 5), tag('night', 5)],
      ['another pattern', pattern('a*b', 5), pattern('a?b', 5)],
      ['a newer one of the pattern', pattern('a*b', 5), pattern('a*b', 6)],
    ])('notes what it does not know: %s', (_what, known, another) => {
      const book = open(known, tag('another', 9));
      book.takeUp(another);
      expect(book.newest).toBe(10);
    });

    it('notes once what it hears late of again and again', () => {
      const book = open(tag('another', 9));
      takeUp(book, tag('night', 5), prefix('user:', 3), tag('night', 5), prefix('user:', 3), tag('night', 4));
      expect(book.newest).toBe(11);
    });

    it('forgets none, in whatever order it hears of them', () => {
      const name = fc.string({ unit: fc.constantFrom('a', 'b', ':'), minLength: 1, maxLength: 3 });
      const scope = fc.constantFrom('tag' as const, 'prefix' as const, 'pattern' as const);
      const heard = fc.record({ scope, name, version: fc.integer({ min: 1, max: 20 }) });
      const entry = fc.record({
        key: name,
        tags: fc.uniqueArray(name, { maxLength: 2 }),
        version: fc.nat(20),
      });
      fc.assert(
        fc.property(fc.array(heard, { maxLength: 12 }), fc.array(entry), (invalidations, entries) => {
          const book = takeUp(open(), ...invalidations);
          for (const { key, tags, version } of entries) {
            const isGone = invalidations.some((one) => version <= one.version && isMeant(one, key, tags));
            if (isGone) expect(book.isCurrent(key, { tags, version })).toBe(false);
          }
          const { newest } = book;
          expect(takeUp(book, ...invalidations).newest).toBe(newest);
        }),
        { numRuns: 1000 },
      );
    });
  });

  describe('when there are too many to remember', () => {
    const many = (make: (at: number) => Invalidation): Invalidations =>
      open(...Array.from({ length: 10_001 }, (_, at) => make(at)));

    it('still knows every tag after 10,001 of them, and nothing of what has none', () => {
      const book = many((at) => tag(`tag ${at}`, at + 1));
      expect(leftTagged(book, ['tag 0'], [1, 10_002])).toEqual([10_002]);
      expect(leftTagged(book, ['tag 10000'], [10_001])).toEqual([]);
      expect(left(book, 'owl', [1])).toEqual([1]);
    });

    it('does not take along what was written lately and carries another tag', () => {
      const book = many((at) => tag(`tag ${at}`, at + 1));
      expect(leftTagged(book, ['another'], [9000])).toEqual([9000]);
      expect(leftTagged(book, ['tag 9500'], [9501, 9600])).toEqual([9600]);
    });

    it('knows a tag that is invalidated again and again among the late ones', () => {
      const book = open(tag('often', 1));
      for (let at = 0; at < 9999; at++) book.add(tag(`tag ${at}`, at + 2));
      book.add(tag('often', 10_001));
      book.add(tag('one more', 10_002));
      expect(leftTagged(book, ['often'], [10_000])).toEqual([]);
      expect(leftTagged(book, ['another'], [8000])).toEqual([8000]);
    });

    it('still knows every prefix after 10,001 of them, and takes along what is older than the later half', () => {
      const book = many((at) => prefix(`user:${at}:`, at + 1));
      expect(left(book, 'user:0:x', [1])).toEqual([]);
      expect(left(book, 'user:10000:x', [10_001, 10_002])).toEqual([10_002]);
      expect(left(book, 'owl', [1, 9000])).toEqual([9000]);
    });

    it('puts the beginning of the oldest pattern in its place after 101 of them', () => {
      const book = open(...Array.from({ length: 101 }, (_, at) => pattern(`${at}:*x`, at + 1)));
      expect(left(book, '0:x', [1])).toEqual([]);
      expect(left(book, '0:y', [1, 2])).toEqual([2]);
      expect(left(book, '1:y', [1])).toEqual([1]);
      expect(left(book, '100:x', [101, 102])).toEqual([102]);
    });

    it('counts a pattern that is invalidated again and again once', () => {
      const book = open(...Array.from({ length: 300 }, (_, at) => pattern(`${at % 100}:*x`, at + 1)));
      expect(left(book, '0:y', [1])).toEqual([1]);
    });
  });

  it('judges as a plain list of all invalidations does, whatever comes in between', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', ':'), minLength: 1, maxLength: 4 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), minLength: 1, maxLength: 5 });
    const scoped = fc.oneof(
      fc.record({ scope: fc.constant('tag' as const), name }),
      fc.record({ scope: fc.constant('prefix' as const), name }),
      fc.record({ scope: fc.constant('pattern' as const), name: glob }),
    );
    const entry = fc.record({ key: name, tags: fc.uniqueArray(name, { maxLength: 3 }), age: fc.nat(30) });
    const step = fc.oneof(scoped, fc.record({ key: name }), entry);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const book = open();
        const list: ((key: string, tags: readonly string[], version: number) => boolean)[] = [];
        steps.forEach((taken, at) => {
          if ('scope' in taken) {
            book.add({ ...taken, version: at });
            list.push((key, tags, version) => version <= at && isMeant(taken, key, tags));
          } else if ('age' in taken) {
            const [{ key, tags }, version] = [taken, Math.max(1, at - taken.age)];
            const isGone = list.some((covers) => covers(key, tags, version));
            for (const judge of [book, book.copy()])
              expect(judge.isCurrent(key, { tags, version })).toBe(!isGone);
          } else {
            book.addKey(taken.key, at);
            list.push((key, _tags, version) => version <= at && key === taken.key);
          }
        });
      }),
      { numRuns: 2000 },
    );
  });
});

function isMeant(
  { scope, name }: Omit<Invalidation, 'version'>,
  key: string,
  tags: readonly string[],
): boolean {
  if (scope === 'tag') return tags.includes(name);
  return scope === 'prefix' ? key.startsWith(name) : compilePattern(name).matches(key);
}
