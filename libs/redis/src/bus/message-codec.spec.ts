import { describe, expect, it } from '@jest/globals';
import { type BusMessage, seededRandom } from 'nuthatch/engine';
import { decode, encode, type News } from './message-codec.js';
import { Seal } from './seal.js';

const LIMIT = 4096;
const SECRET = 'a secret that nobody knows';
const MESSAGES: readonly BusMessage[] = [
  {
    kind: 'changed',
    keys: [
      ['a', 1],
      ['\ud800 b', 2 ** 53 - 1],
    ],
  },
  { kind: 'invalidated', invalidations: [{ scope: 'prefix', name: '', version: 3 }] },
  { kind: 'published', event: 'moved', params: { id: 1, to: { nest: [true, null, 'x'] } } },
  { kind: 'released', keys: ['a', 'ü'] },
];
const NEWS: News = { origin: 'ann', seq: 1, parts: [{ namespace: 'owls', sender: 1, messages: MESSAGES }] };

const open = new Seal('p:{bus}', undefined);
const sealed = new Seal('p:{bus}', SECRET);
const jsonOf = ({ parts }: News): string =>
  JSON.stringify(parts.map(({ namespace, sender, messages }) => [namespace, sender, messages]));
const encoded = (seal: Seal): Buffer => encode(NEWS, jsonOf(NEWS), seal);
const body = (text: string): Buffer => Buffer.concat([Buffer.of(1), Buffer.from(text)]);
const withMessage = (json: string): Buffer => body(`["ann",1,[["owls",1,[${json}]]]]`);

describe('an entry of the bus', () => {
  it.each([
    ['without', open],
    ['with', sealed],
  ])('is read as it was written, %s a secret', (_what, seal) => {
    expect(decode(encoded(seal), LIMIT, seal)).toEqual({ kind: 'news', news: NEWS });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another version', Buffer.concat([Buffer.of(2), encoded(open).subarray(1)])],
    ['a signature', encoded(sealed)],
    ['no JSON', body('{')],
    ['a number', body('1')],
    ['four parts', body('["ann",1,[],1]')],
    ['no origin', body('["",1,[]]')],
    ['a long origin', body(JSON.stringify(['x'.repeat(65), 1, []]))],
    ['no number', body('["ann",0,[]]')],
    ['a broken number', body('["ann",1.5,[]]')],
    ['a part that is none', body('["ann",1,[["owls",1]]]')],
    ['a kind that is not known', withMessage('{"kind":"told","keys":[]}')],
    ['a kind that every object has', withMessage('{"kind":"constructor"}')],
    ['a property too many', withMessage('{"kind":"released","keys":[],"more":1}')],
    ['a property too few', withMessage('{"kind":"released"}')],
    ['an empty key', withMessage('{"kind":"released","keys":[""]}')],
    ['a negative version', withMessage('{"kind":"changed","keys":[["a",-1]]}')],
    ['a version that is no number', withMessage('{"kind":"changed","keys":[["a","1"]]}')],
    [
      'a scope that is not known',
      withMessage('{"kind":"invalidated","invalidations":[{"scope":"all","name":"a","version":1}]}'),
    ],
    ['a prototype', withMessage('{"kind":"published","event":"e","params":{"__proto__":{"a":1}}}')],
    [
      'a prototype deep down',
      withMessage('{"kind":"published","event":"e","params":{"a":[{"__proto__":1}]}}'),
    ],
    ['params that are a list', withMessage('{"kind":"published","event":"e","params":[]}')],
    [
      'deep nesting',
      withMessage(`{"kind":"published","event":"e","params":{"a":${'['.repeat(1000)}${']'.repeat(1000)}}}`),
    ],
  ])('is malformed with %s', (_what, payload) => {
    expect(decode(payload, LIMIT, open)).toMatchObject({ kind: 'malformed' });
  });

  it('is malformed where it is too large, before it is parsed', () => {
    expect(decode(encoded(open), encoded(open).length, open).kind).toBe('news');
    expect(decode(encoded(open), encoded(open).length - 1, open)).toMatchObject({
      kind: 'malformed',
      why: expect.stringContaining('maxEntryBytes'),
    });
    expect(decode(body('['.repeat(2 ** 20)), 2 ** 21, open).kind).toBe('malformed');
  });

  it.each([
    ['another secret', encoded(new Seal('p:{bus}', 'another secret than that'))],
    ['the name of another stream', encoded(new Seal('q:{bus}', SECRET))],
    ['no signature', encoded(open)],
    ['nothing', Buffer.alloc(0)],
    ['half a signature', encoded(sealed).subarray(0, 9)],
    ['another first byte', Buffer.concat([Buffer.of(0x82), encoded(sealed).subarray(1)])],
  ])('with %s is not signed', (_what, payload) => {
    expect(decode(payload, LIMIT, sealed)).toEqual({ kind: 'unsigned' });
  });

  it('of a newer version that is signed may be news, and so it is malformed', () => {
    expect(decode(sealed.close(2, 'anything'), LIMIT, sealed)).toMatchObject({ kind: 'malformed' });
    expect(decode(sealed.close(1, 'anything'), LIMIT, sealed)).toMatchObject({ kind: 'malformed' });
  });

  it('is never taken once a bit of it was changed, and never throws', () => {
    const seed = Date.now() % 2 ** 31;
    const random = seededRandom(seed);
    const below = (most: number): number => Math.floor(random.next() * most);
    const kinds = new Map<string, number>();
    for (let at = 0; at < 100_000; at += 1) {
      const seal = at % 2 === 0 ? sealed : open;
      const payload = Buffer.from(encoded(seal));
      for (let flips = 1 + below(3); flips > 0; flips -= 1) payload[below(payload.length)] = below(256);
      const cut = at % 5 === 0 ? payload.subarray(0, below(payload.length + 1)) : payload;
      const { kind } = decode(cut, LIMIT, seal);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const isSame = cut.equals(encoded(seal));
      if (seal === sealed && kind !== 'unsigned' && !isSame)
        throw new Error(`taken, with the seed ${seed}: ${cut.toString('hex')}`);
    }
    expect([...kinds.keys()].sort()).toEqual(['malformed', 'news', 'unsigned']);
  }, 60_000);
});
