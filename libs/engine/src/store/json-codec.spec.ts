import fc from 'fast-check';
import { jsonCodec } from './json-codec.js';

it('keeps whatever JSON can say', () => {
  const values = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
  const withoutMinusZero = values.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  fc.assert(
    fc.property(withoutMinusZero, (value) =>
      expect(jsonCodec.decode(jsonCodec.encode(value))).toEqual(value),
    ),
  );
});

it('writes text that others can read', () => {
  expect(jsonCodec.encode({ owl: [1, 'é', null, true] })).toBe('{"owl":[1,"é",null,true]}');
});

it('takes data that is called toJSON', () => {
  expect(jsonCodec.decode(jsonCodec.encode({ toJSON: 1 }))).toEqual({ toJSON: 1 });
});

it.each<[string, unknown]>([
  ['the value', undefined],
  ['the value', 1n],
  ['the value', Symbol('a')],
  ['the value', () => 1],
  ['the value', new Map()],
  ['the value.a', { a: undefined }],
  ['the value.at', { at: new Date() }],
  ['the value.a[1].b', { a: [1, { b: NaN }] }],
  ['the value[0]', [-0]],
  ['the value[1]', [1, , 3]], // oxlint-disable-line no-sparse-arrays
  ['the value.nest', { nest: new (class Nest {})() }],
  ['the value.a', { a: { [Symbol('b')]: 1 } }],
  ['the value', { toJSON: () => 1 }],
  ['the value.a', { a: JSON.parse('{"__proto__": 1}') as unknown }],
])('refuses what would come back changed, naming %s', (path, value) => {
  expect(() => jsonCodec.encode(value)).toThrow(`${path} would not come back from JSON`);
});

it('refuses a cycle', () => {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  expect(() => jsonCodec.encode(value)).toThrow('would not come back from JSON');
});

it.each(['{"a":{"__proto__":{"isAdmin":true}}}', '{"\\u005f_proto__":1}'])('refuses to read %s', (text) => {
  expect(() => jsonCodec.decode(text)).toThrow('__proto__');
});

it('reads text in which __proto__ is a mere value', () => {
  expect(jsonCodec.decode('["__proto__","\\u00e9"]')).toEqual(['__proto__', 'é']);
});

it('refuses what is no JSON', () => {
  expect(() => jsonCodec.decode('{')).toThrow(SyntaxError);
});
