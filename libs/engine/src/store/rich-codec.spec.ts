import { inspect } from 'node:util';
import fc from 'fast-check';
import { CacheError } from '../kernel/errors.js';
import { richCodec } from './rich-codec.js';

class Owl {
  name = 'Strix';
  mate: Owl | undefined;
  greet(): string {
    return `I am ${this.name}`;
  }
}

class NestEmpty extends Error {
  override readonly name = 'NestEmpty';
  constructor(readonly nest: number) {
    super(`nest ${nest} is empty`);
  }
}

class Inbox extends Map<string, number> {}

function copyOf<T>(value: T, codec = richCodec()): T {
  return codec.decode(codec.encode(value)) as T;
}

it.each<[string, unknown]>([
  ['a date', new Date(1e12)],
  ['a map of sets', new Map([[{ a: 1 }, new Set([1n, undefined])]])],
  ['a bigint', 2n ** 80n],
  ['undefined', undefined],
  ['a property that is undefined', { a: undefined }],
  ['null', null],
  ['NaN', NaN],
  ['minus zero', -0],
  ['infinities', [Infinity, -Infinity]],
  ['empty text', ''],
  ['half a surrogate pair', ['\ud800', '\udc00x', { '\udbff': 1 }]],
  ['a hole', [1, , 3]], // oxlint-disable-line no-sparse-arrays
  [
    'typed arrays',
    [
      new Uint8Array([1, 2]),
      new Float64Array([0.5, NaN]),
      new BigInt64Array([-1n]),
      new DataView(new ArrayBuffer(2)),
    ],
  ],
  ['a regular expression', /o[wl]+/giu],
  ['a URL', new URL('https://birds.example/owl?n=1#a')],
])('keeps %s', (_, value) => {
  expect(copyOf(value)).toStrictEqual(value);
});

it.each([Buffer.from('owl'), Buffer.alloc(0)])('keeps a buffer a buffer, of %s bytes', (buffer) => {
  const copy = copyOf(buffer);
  expect(Buffer.isBuffer(copy)).toBe(true);
  expect(copy.equals(buffer)).toBe(true);
});

it('keeps an invalid date invalid', () => {
  expect(copyOf(new Date(NaN)).getTime()).toBeNaN();
});

it('writes text that every database keeps as it is', () => {
  expect(/\p{Surrogate}/u.test(String(richCodec().encode('a\ud800')))).toBe(false);
});

it('keeps cycles and shared references', () => {
  const shared = { n: 1 };
  const value: Record<string, unknown> = { a: shared, b: shared };
  value['self'] = value;
  const copy = copyOf(value);
  expect(copy['self']).toBe(copy);
  expect(copy['a']).toBe(copy['b']);
});

it('keeps whatever fast-check comes up with', () => {
  const values = fc.object({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  // Two dates that are none are not equal to jest.
  const withoutProto = values.filter(
    (value) => !/__proto__|Invalid Date/.test(inspect(value, { depth: null })),
  );
  fc.assert(fc.property(withoutProto, (value) => expect(copyOf(value)).toEqual(value)));
});

describe('errors', () => {
  it('keep their built-in class, message, stack, cause and own properties', () => {
    const error = Object.assign(new TypeError('no seed', { cause: new RangeError('empty') }), { code: 'E1' });
    const copy = copyOf(error);
    expect(copy).toBeInstanceOf(TypeError);
    expect(copy).toMatchObject({ name: 'TypeError', message: 'no seed', stack: error.stack, code: 'E1' });
    expect(copy.cause).toBeInstanceOf(RangeError);
    expect(Object.keys(copy)).toEqual(['code']);
  });

  it('keep the errors that they gather', () => {
    const copy = copyOf(new AggregateError([new Error('one')], 'all'));
    expect(copy).toBeInstanceOf(AggregateError);
    expect(copy.errors[0]).toEqual(new Error('one'));
  });

  it('keep the name of a class that is not known', () => {
    expect(copyOf<Error>(new NestEmpty(3))).toMatchObject({
      name: 'NestEmpty',
      message: 'nest 3 is empty',
      nest: 3,
    });
  });

  it('come back as instances of a class that is known', () => {
    const copy = copyOf(new NestEmpty(3), richCodec({ classes: [NestEmpty] }));
    expect(copy).toBeInstanceOf(NestEmpty);
    expect(copy).toMatchObject({ message: 'nest 3 is empty', nest: 3 });
  });

  it('may be their own cause', () => {
    const error = new Error('round');
    error.cause = { error };
    const copy = copyOf(error);
    expect((copy.cause as { error: unknown }).error).toBe(copy);
    expect(copy.message).toBe('round');
  });
});

describe('classes', () => {
  const codec = richCodec({ classes: [Owl] });

  it('come back as instances', () => {
    const copy = copyOf(new Owl(), codec);
    expect(copy).toBeInstanceOf(Owl);
    expect(copy.greet()).toBe('I am Strix');
  });

  it('come back in the cycles that they form', () => {
    const [he, she] = [new Owl(), new Owl()];
    Object.assign(he, { mate: she });
    Object.assign(she, { mate: he, name: 'Bubo' });
    const copy = copyOf(he, codec);
    expect(copy.mate?.mate).toBe(copy);
    expect(copy.mate?.greet()).toBe('I am Bubo');
    expect(copy.greet()).toBe('I am Strix');
  });

  it.each<[string, unknown]>([
    ['an instance of a class it was not given', [{ a: new Owl() }]],
    ['a subclass of a map', new Inbox()],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a promise', Promise.resolve()],
  ])('are refused where unknown: %s', (_, value) => {
    expect(() => richCodec().encode(value)).toThrow();
  });

  it.each([[[Owl, class Owl {}]], [[class {}]]])('must have names, each its own', (classes) => {
    expect(() => richCodec({ classes })).toThrow(
      expect.objectContaining({ code: 'bad_option' }) as CacheError,
    );
  });
});

it('refuses a property named __proto__, both ways', () => {
  expect(() => richCodec().encode(JSON.parse('{"__proto__": {"isAdmin": true}}'))).toThrow('__proto__');
  expect(() => richCodec().decode('[{"__proto__":1},{"isAdmin":2},true]')).toThrow('__proto__');
  expect(() => richCodec().decode('[{"\\u005f_proto__":1},{"isAdmin":2},true]')).toThrow('__proto__');
});

it.each(['', '{', '[]', '[[9]]', '[["Owl",1],{}]', 'null'])(
  'refuses text that it did not write: %j',
  (text) => {
    expect(() => richCodec().decode(text)).toThrow();
  },
);

it('reads bytes as UTF-8, and refuses other bytes', () => {
  expect(richCodec().decode(new TextEncoder().encode('["é"]'))).toBe('é');
  expect(() => richCodec().decode(new Uint8Array([0xff]))).toThrow();
});

it('names the class that it does not know, where it is, and what to do', () => {
  class Owl {}
  const codec = richCodec();
  expect(() => codec.encode(new Owl())).toThrow(
    'it is an instance of Owl; give the cache codec: richCodec({ classes: [Owl] }), or store plain data',
  );
  expect(() => codec.encode({ nest: [new Owl()] })).toThrow('its member .nest[0] is an instance of Owl');
});
