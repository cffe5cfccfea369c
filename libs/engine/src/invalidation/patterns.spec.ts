import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CacheError } from '../kernel/errors.js';
import { compilePattern, escapePattern } from './patterns.js';

/** By recursion over code points with a table: slow and plain. */
function matchesPlainly(pattern: string, key: string): boolean {
  const tokens: (string | { wild: '*' | '?' })[] = [];
  const symbols = [...pattern];
  for (let at = 0; at < symbols.length; at++) {
    const symbol = symbols[at] ?? '';
    if (symbol === '*' || symbol === '?') tokens.push({ wild: symbol });
    else tokens.push(symbol === '\\' ? (symbols[++at] ?? '') : symbol);
  }
  const characters = [...key];
  let row = [true, ...characters.map(() => false)];
  for (const token of tokens) {
    const next = [typeof token !== 'string' && token.wild === '*' && row[0] === true];
    characters.forEach((character, at) => {
      const fits = typeof token === 'string' ? token === character : true;
      const isStar = typeof token !== 'string' && token.wild === '*';
      next.push(isStar ? row[at + 1] === true || next[at] === true : fits && row[at] === true);
    });
    row = next;
  }
  return row.at(-1) === true;
}

const error = (pattern: unknown): CacheError => {
  try {
    compilePattern(pattern as string);
  } catch (thrown) {
    if (thrown instanceof CacheError) return thrown;
  }
  throw new Error('nothing was thrown');
};

describe('compilePattern', () => {
  it.each([
    ['user:*', 'user:42', true],
    ['user:*', 'user:', true],
    ['user:*', 'user', false],
    ['user:?', 'user:4', true],
    ['user:?', 'user:42', false],
    ['*:profile', 'user:42:profile', true],
    ['*:profile', 'user:42:profiles', false],
    ['a*a', 'a', false],
    ['a*bc*c', 'abc', false],
    ['*a*b*c', 'xaxbxbxc', true],
    ['owl', 'owl', true],
    ['owl', 'owls', false],
    ['[a-c]{x,y}', 'b', false],
    ['[a-c]{x,y}', '[a-c]{x,y}', true],
    ['100%_*', '100%_x', true],
    ['100%_*', '1000_x', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\\\*', 'a\\b', true],
    ['\\o\\w\\l', 'owl', true],
    ['?', '🦉', true],
    ['??', '🦉', false],
    ['*?', '', false],
    ['.', 'x', false],
  ])('reads %j on %j as %s', (pattern, key, answer) => {
    expect(compilePattern(pattern).matches(key)).toBe(answer);
  });

  it('answers as a plain matcher does, whatever the pattern and the key', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '\\', '[', '%', '_', '🦉'),
      maxLength: 12,
    });
    const valid = text.filter((pattern) => pattern !== '' && /^(?:[^\\]|\\.)*$/su.test(pattern));
    fc.assert(
      fc.property(valid, text, (pattern, key) => {
        expect(compilePattern(pattern).matches(key)).toBe(matchesPlainly(pattern, key));
      }),
      { numRuns: 5000 },
    );
  });

  it('answers as a plain matcher does where a pattern needs more than one word of bits', () => {
    const unit = fc.constantFrom('a', 'a', 'a', 'b', '?', '*');
    fc.assert(
      fc.property(
        fc.string({ unit, minLength: 30, maxLength: 140 }),
        fc.infiniteStream(fc.constantFrom('a', 'b')),
        (pattern, letters) => {
          const fitting = pattern.replace(
            /[*?]/g,
            (wild) => letters.next().value + (wild === '*' ? 'aab' : ''),
          );
          for (const key of [fitting, `${fitting}a`, fitting.slice(1)])
            expect(compilePattern(pattern).matches(key)).toBe(matchesPlainly(pattern, key));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('matches a text that was escaped with that text alone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), fc.string(), (text, other) => {
        const pattern = compilePattern(escapePattern(text));
        expect(pattern).toMatchObject({ kind: 'key', prefix: text });
        expect(pattern.matches(text)).toBe(true);
        expect(pattern.matches(other)).toBe(other === text);
      }),
    );
  });

  it('looks at each key of 100,000 for no longer than it is long, whatever the pattern', () => {
    const stars = `${'*a'.repeat(30)}b`;
    const hostile = [
      stars,
      `${stars}*`,
      `${'*?a'.repeat(30)}b`,
      `*${'?'.repeat(500)}b*`,
      `*${'a'.repeat(500)}b*`,
      '*'.repeat(1024),
    ];
    const keys = Array.from({ length: 100_000 }, (_, at) => 'a'.repeat(at % 64) + String(at));
    for (const pattern of hostile.map(compilePattern)) {
      const matching = keys.filter((key) => pattern.matches(key));
      expect(matching).toHaveLength(pattern.text.startsWith('**') ? keys.length : 0);
    }
    const long = 'a'.repeat(1_000_000);
    for (const pattern of hostile.slice(0, 5).map(compilePattern)) expect(pattern.matches(long)).toBe(false);
  });

  it.each([
    ['user:4?', { prefix: 'user:4', kind: 'glob' }],
    ['user:*', { prefix: 'user:', kind: 'prefix' }],
    ['user:**', { prefix: 'user:', kind: 'prefix' }],
    ['user:*:x', { prefix: 'user:', kind: 'glob' }],
    ['us\\*er', { prefix: 'us*er', kind: 'key' }],
    ['*', { prefix: '', kind: 'prefix' }],
    ['*user', { prefix: '', kind: 'glob' }],
  ])('says of %j how its keys begin', (text, told) => {
    expect(compilePattern(text)).toMatchObject(told);
  });

  it('refuses a pattern of 10,000 stars and says how long one may be', () => {
    expect(error('*'.repeat(10_000)).message).toBe(
      `the pattern "${'*'.repeat(80)}…" has 10000 characters, at most 1024 are read`,
    );
  });

  it.each([
    ['', 'the pattern must be a non-empty string, got ""'],
    [42, 'the pattern must be a non-empty string, got 42'],
    [undefined, 'the pattern must be a non-empty string, got undefined'],
    [/a/, 'the pattern must be a non-empty string, got an instance of RegExp'],
    ['a\\', 'the pattern "a\\\\" ends in a backslash that escapes nothing'],
  ])('refuses %p and says why', (pattern, message) => {
    expect(error(pattern)).toMatchObject({ code: 'bad_pattern', message });
  });
});
