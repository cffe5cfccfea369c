import fc from 'fast-check';
import { contextOf } from '../../../../test/support/many-port.js';
import { CacheError } from '../kernel/errors.js';
import { Loaders, loadOptionsOf } from './loaders.js';

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

/** Loaders that answer their own prefix. */
function open(...prefixes: string[]) {
  const loaders = new Loaders<string>();
  const stops = prefixes.map((prefix) => loaders.register(prefix, () => prefix));
  const answer = (key: string): unknown => loaders.for(key)(contextOf(key));
  return { loaders, stops, answer };
}

describe('loaders by prefix', () => {
  it('serve the key that is the prefix, and those behind its colon', () => {
    const { answer, loaders } = open('user');
    expect(answer('user')).toBe('user');
    expect(answer('user:1')).toBe('user');
    expect(answer('user:1:name')).toBe('user');
    expect(answer('user:')).toBe('user');
    for (const key of ['users:1', 'use', 'us:er', 'my:user:1', ':user'])
      expect(() => loaders.for(key)).toThrow('no loader fits');
  });

  it.each(['user:*', '*', 'user?'])('are no patterns: %s', (prefix) => {
    expect(() => open(prefix)).toThrow(
      `prefix must be a prefix such as 'user', not a pattern, got "${prefix}"`,
    );
  });

  it('give way to a longer prefix that fits', () => {
    const { answer } = open('user', 'user:1', 'user:1:name');
    expect(answer('user:2')).toBe('user');
    expect(answer('user:1')).toBe('user:1');
    expect(answer('user:1:age')).toBe('user:1');
    expect(answer('user:1:name:first')).toBe('user:1:name');
    expect(answer('user:1:names')).toBe('user:1');
    expect(answer('user:12')).toBe('user');
  });

  it('are found as by trying every prefix', () => {
    const text = fc.stringMatching(/^[ab:]{1,6}$/);
    const prefixes = fc.uniqueArray(
      text.filter((prefix) => !prefix.endsWith(':')),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(prefixes, text, (registered, key) => {
        const { loaders, answer } = open(...registered);
        const fitting = registered.filter((prefix) => key === prefix || key.startsWith(`${prefix}:`));
        const longest = fitting.sort((one, other) => other.length - one.length)[0];
        if (longest === undefined) expect(thrownBy(() => loaders.for(key))).toBeInstanceOf(CacheError);
        else expect(answer(key)).toBe(longest);
      }),
      { numRuns: 1000 },
    );
  });

  it('name the key, its prefix and what is registered, where none fits', () => {
    const { loaders } = open('product', 'order');
    expect(thrownBy(() => loaders.for('user:1'))).toMatchObject({
      code: 'no_loader',
      message:
        'no loader fits the key "user:1" of the prefix "user"; registered: "product", "order"; ' +
        'pass a loader, or register one with registerLoader',
    });
    expect(() => new Loaders().for('user:1')).toThrow('registered: none;');
    const many = open(...Array.from({ length: 12 }, (_, index) => `p${index}`)).loaders;
    expect(() => many.for('user:1')).toThrow('"p9" and 2 more;');
  });

  it('stop serving when they are told to, once, and not in the place of their successor', () => {
    const { loaders, stops, answer } = open('user', 'user:1');
    stops[1]?.();
    expect(answer('user:1')).toBe('user');
    loaders.register('user:1', () => 'successor');
    stops[1]?.();
    expect(answer('user:1')).toBe('successor');
  });

  const load = (): string => 'owl';

  it.each<[string, unknown[], string]>([
    [
      'an empty prefix',
      ['', load],
      'prefix must be a non-empty string that does not end with a colon, got ""',
    ],
    ['a prefix with its colon', ['user:', load], 'got "user:"'],
    ['a prefix that is no text', [7, load], 'got 7'],
    [
      'a loader that is no function',
      ['a', 'load'],
      'loader must be a function, or { many } with a bulk loader, got "load"',
    ],
    ['no loader', ['a'], 'got undefined'],
    [
      'a bulk loader that is no function',
      ['a', { many: [] }],
      'loader.many must be a function, got an array of 0',
    ],
    [
      'a second loader of a prefix',
      ['taken', load],
      'prefix must be one that has no loader yet, got "taken"',
    ],
  ])('are refused with %s', (_name, [prefix, loader], message) => {
    const { loaders } = open('taken');
    expect(thrownBy(() => loaders.register(prefix as string, loader as never))).toMatchObject({
      code: 'bad_option',
      message: expect.stringContaining(message),
    });
  });

  it('gather the misses of one turn for a bulk loader', async () => {
    const loaders = new Loaders<string>();
    const calls: (readonly string[])[] = [];
    const many = (keys: readonly string[]): string[] => {
      calls.push(keys);
      return [...keys];
    };
    loaders.register('user', { many, maxBatch: 2 });
    const keys = ['user:1', 'user:2', 'user:3'];
    await Promise.all(keys.map((key) => loaders.for(key)(contextOf(key))));
    expect(calls).toEqual([['user:1', 'user:2'], ['user:3']]);
    expect(loaders.at('user:1').maxBatch).toBe(2);
  });

  it('bring their options, which a call overrides where it says something', () => {
    const loaders = new Loaders<string>();
    loaders.register('user', () => 'owl', { ttl: '5m', tags: ['users'] });
    const registered = loaders.at('user:1');
    expect(loadOptionsOf(registered, undefined)).toEqual({ ttl: '5m', tags: ['users'] });
    expect(loadOptionsOf(registered, { ttl: '1m', tags: undefined })).toEqual({ ttl: '1m', tags: ['users'] });
  });
});
