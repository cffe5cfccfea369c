import { describe, expect, it } from '@jest/globals';
import type { BusMessage } from './bus.js';
import { isBusMessage, sendable } from './bus-message.js';

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe('a message', () => {
  it.each<BusMessage>([
    { kind: 'changed', keys: [] },
    { kind: 'changed', keys: [['a', 0]] },
    { kind: 'invalidated', invalidations: [{ scope: 'prefix', name: '', version: 1 }] },
    { kind: 'published', event: 'e', params: { a: [null, 'x', { b: true }] } },
    { kind: 'released', keys: ['a'] },
  ])('is one as %j', (message) => {
    expect(isBusMessage(message)).toBe(true);
    expect(sendable(message)).toEqual(message);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'changed'],
    ['a list', []],
    ['no kind', { keys: [] }],
    ['a kind of every object', { kind: 'toString', keys: [] }],
    ['a class', Object.assign(new (class Odd {})(), { kind: 'released', keys: [] })],
    ['a property too many', { kind: 'released', keys: [], more: 1 }],
    ['keys that are no list', { kind: 'released', keys: { length: 0 } }],
    ['a hole', { kind: 'released', keys: Array(1) }],
    ['an empty key', { kind: 'released', keys: [''] }],
    ['a key alone', { kind: 'changed', keys: [['a']] }],
    ['half a version', { kind: 'changed', keys: [['a', 0.5]] }],
    ['no version', { kind: 'changed', keys: [['a', NaN]] }],
    [
      'an unknown scope',
      { kind: 'invalidated', invalidations: [{ scope: 'toString', name: '', version: 1 }] },
    ],
    ['an event without a name', { kind: 'published', event: '', params: {} }],
    ['params that are no object', { kind: 'published', event: 'e', params: null }],
    ['a prototype', { kind: 'published', event: 'e', params: JSON.parse('{"a":{"__proto__":1}}') }],
    ['a function', { kind: 'published', event: 'e', params: { a: () => 1 } }],
    ['params 17 deep', { kind: 'published', event: 'e', params: nested(17) }],
  ])('is none as %s', (_what, found) => {
    expect(isBusMessage(found)).toBe(false);
  });

  it('may be 16 deep', () => {
    expect(isBusMessage({ kind: 'published', event: 'e', params: nested(16) })).toBe(true);
  });

  it('is sent as what JSON makes of it, with large integers as text', () => {
    const params = { at: new Date(0), id: 7n, none: undefined };
    expect(sendable({ kind: 'published', event: 'e', params })).toEqual({
      kind: 'published',
      event: 'e',
      params: { at: '1970-01-01T00:00:00.000Z', id: '7' },
    });
  });

  it('is refused where it cannot be sent', () => {
    const params: Record<string, unknown> = {};
    params['self'] = params;
    expect(() => sendable({ kind: 'published', event: 'e', params })).toThrow(/event "e" cannot be sent/);
    expect(() => sendable({ kind: 'released', keys: [''] })).toThrow(/kind released cannot be sent/);
  });
});
