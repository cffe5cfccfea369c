import { Readable } from 'node:stream';
import { copyBody } from './body-copy.js';

class Owl {
  constructor(public name: string) {}
  get shout(): string {
    return this.name.toUpperCase();
  }
}

describe('copyBody', () => {
  it.each([
    null,
    undefined,
    0,
    'text',
    true,
    10n,
    [],
    {},
    { a: [{ b: { c: [1, null, undefined] } }] },
    new Date(5),
    new Map([['a', { b: 1 }]]),
    new Set([[1]]),
    Buffer.from('abc'),
    new Float64Array([1.5]),
    /x/gi,
    Object.assign(Object.create(null) as object, { a: 1 }),
    JSON.parse('{"__proto__":{"x":1}}'),
    new Owl('ann'),
  ])('makes of %p what is equal and shares nothing', (body) => {
    const copy = copyBody(body);
    expect(copy?.value).toEqual(body);
    if (typeof body === 'object' && body !== null) expect(copy?.value).not.toBe(body);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('keeps classes', () => {
    const copy = copyBody({ owl: new Owl('ann') });
    expect(copy).toMatchObject({ value: { owl: { shout: 'ANN' } }, hasInstances: true });
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  it.each([
    ['a function', { run: () => 1 }],
    ['a symbol', Symbol('x')],
    ['a promise', { later: Promise.resolve(1) }],
    ['a stream', Readable.from([])],
    ['a generator', (function* () {})()],
    ['an error', new Error('x')],
    ['a response of the web', new Response('x')],
    ['a cycle', cycle],
    ['a proxy of an instance', new Proxy(new Owl('x'), {})],
  ])('makes nothing of %s', (_what, body) => {
    expect(copyBody(body)).toBeUndefined();
  });
});
