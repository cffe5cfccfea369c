import { describe, expect, it } from '@jest/globals';
import type { CacheError } from '../kernel/errors.js';
import { compilePattern } from './patterns.js';
import { Rules, type Templates } from './rules.js';
import type { EventParams } from './templates.js';

function fill(templates: Templates, params: EventParams) {
  const rules = new Rules();
  rules.add('updated', templates);
  return rules.targetsOf('updated', params);
}

function refusal(run: () => unknown): CacheError {
  try {
    run();
  } catch (error) {
    return error as CacheError;
  }
  throw new Error('nothing was thrown');
}

describe('rules', () => {
  it('fill keys, patterns and tags with what the event brings', () => {
    const templates = { keys: ['user:{id}', 'user:{id}:*', 'list:?:{user.name}'], tags: ['team {team}'] };
    expect(fill(templates, { id: 42, user: { name: 'ann' }, team: 'red' })).toEqual({
      keys: ['user:42'],
      matching: ['user:42:*', 'list:?:ann'],
      tags: ['team red'],
    });
  });

  it('take numbers, bigints, booleans and texts', () => {
    const params = { a: 0, b: 10n, c: false, d: ' ' };
    expect(fill(['{a}/{b}/{c}/{d}'], params).keys).toEqual(['0/10/false/ ']);
  });

  it('let what is filled in stand for itself, wildcards and braces included', () => {
    const [text = ''] = fill(['user:{id}:*'], { id: '*{id}\\?' }).matching ?? [];
    const pattern = compilePattern(text);
    expect(pattern.matches('user:*{id}\\?:x')).toBe(true);
    expect(pattern.matches('user:42:x')).toBe(false);
    expect(fill(['user:{id}'], { id: '*' })).toMatchObject({ keys: ['user:*'], matching: [] });
  });

  it('take an escaped character for itself', () => {
    expect(fill(['a\\*b', '\\{id\\}', 'a\\*{id}*'], { id: 1 })).toMatchObject({
      keys: ['a*b', '{id}'],
      matching: ['a\\*1*'],
    });
    expect(fill({ tags: ['a*{id}', '\\{'] }, { id: 1 }).tags).toEqual(['a*1', '{']);
  });

  it('take what an interface or a class types', () => {
    interface Updated {
      readonly id: number;
    }
    const updated: Updated = { id: 42 };
    expect(fill(['user:{id}'], updated).keys).toEqual(['user:42']);
  });

  it('name the list of templates that there is not', () => {
    const templates = { tag: ['night'] } as unknown as Templates;
    expect(refusal(() => fill(templates, {}))).toMatchObject({
      code: 'bad_option',
      message: 'there is no option tag; there are keys, tags',
    });
  });

  it('read properties that a class of events inherits', () => {
    class Updated {
      get id() {
        return 7;
      }
    }
    expect(fill(['user:{user.id}'], { user: new Updated() }).keys).toEqual(['user:7']);
  });

  it('say which template asked for what the event did not bring', () => {
    const error = refusal(() => fill(['ok', 'user:{user.id}'], { user: {} }));
    expect(error).toMatchObject({
      code: 'bad_rule',
      message:
        'the template "user:{user.id}" cannot be filled by the event "updated": params.user.id must be a non-empty string, a number, a bigint or a boolean, got undefined',
    });
  });

  it.each([[''], [null], [{}], [[1]], [Symbol('id')], [() => 1]])('do not fill in %p', (id) => {
    expect(refusal(() => fill(['user:{id}*'], { id }))).toMatchObject({ code: 'bad_rule' });
  });

  it('do not take what every object has for what the event brings', () => {
    for (const place of ['constructor', 'toString', '__proto__'])
      expect(refusal(() => fill([`{${place}}`], {}))).toMatchObject({ code: 'bad_rule' });
  });

  it.each([
    ['user:{id', 'has a { without its other brace; \\{ is the brace itself'],
    ['user:id}', 'has a } without its other brace; \\} is the brace itself'],
    ['user:{}', 'has a place {}, expected a name such as {id} or {user.id}'],
    ['user:{a b}', 'has a place {a b}, expected a name such as {id} or {user.id}'],
    ['user:{a..b}', 'has a place {a..b}, expected a name such as {id} or {user.id}'],
    ['user\\', 'ends in a backslash that escapes nothing'],
    ['', 'must be a non-empty string'],
    [42, 'must be a non-empty string'],
  ])('refuse the template %p', (template, why) => {
    const error = refusal(() => new Rules().add('updated', [template as string]));
    expect(error.code).toBe('bad_rule');
    expect(error.message).toBe(`the template ${JSON.stringify(template)} of the event "updated" ${why}`);
  });

  it.each([[[]], [{}], [undefined], ['user:{id}'], [{ keys: 'user' }], [{ tags: [] }]])(
    'refuse %p in the place of templates',
    (templates) => {
      expect(refusal(() => new Rules().add('updated', templates as unknown as Templates))).toMatchObject({
        code: 'bad_option',
        message: expect.stringMatching(/^templates must be /),
      });
    },
  );

  it('refuse an event without a name, and params that are no object', () => {
    expect(refusal(() => new Rules().add('', ['a'])).message).toBe(
      'event must be a non-empty string, got ""',
    );
    expect(refusal(() => new Rules().targetsOf('x', null as unknown as EventParams)).message).toBe(
      'params must be an object such as { id: 42 }, got null',
    );
  });

  it('are told apart by event, add up, and can be taken back one by one', () => {
    const rules = new Rules();
    const stop = rules.add('updated', ['a']);
    rules.add('updated', ['b']);
    rules.add('deleted', ['c']);
    expect(rules.targetsOf('updated', {}).keys).toEqual(['a', 'b']);
    stop();
    stop();
    expect(rules.targetsOf('updated', {}).keys).toEqual(['b']);
    expect(rules.targetsOf('unheard of', {})).toEqual({ keys: [], matching: [], tags: [] });
  });
});
