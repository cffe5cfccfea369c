import { describe, expect, it } from '@jest/globals';
import { type BusMessage, seededRandom } from 'nuthatch/engine';
import { Gathered } from './gathered.js';
import { decode, encode, type Part } from './message-codec.js';
import { assertFits, packed } from './packing.js';
import { Seal } from './seal.js';

const ROOM = 1024;
const seal = new Seal('s', undefined);

/** What others read of it. */
function sent(gathered: Gathered, room = ROOM): Part[][] {
  return Array.from(packed(gathered, room), (parts) => {
    expect(Buffer.byteLength(parts)).toBeLessThanOrEqual(room);
    const decoded = decode(encode({ origin: 'o', seq: 1 }, parts, seal), 2 * room, seal);
    if (decoded.kind !== 'news') throw new Error(`${decoded.kind}: ${parts}`);
    return [...decoded.news.parts];
  });
}

describe('what is gathered', () => {
  it('is sent by cache, each kind once, with the largest versions', () => {
    const gathered = new Gathered();
    const owls = { namespace: 'owls', sender: 1 };
    gathered.add(owls, [
      {
        kind: 'changed',
        keys: [
          ['a', 5],
          ['b', 1],
        ],
      },
    ]);
    gathered.add({ namespace: 'hawks', sender: 2 }, [{ kind: 'released', keys: ['a', 'a'] }]);
    gathered.add(owls, [{ kind: 'invalidated', invalidations: [{ scope: 'tag', name: 't', version: 4 }] }]);
    gathered.add(owls, [
      {
        kind: 'changed',
        keys: [
          ['a', 3],
          ['b', 2],
        ],
      },
    ]);
    gathered.add(owls, [
      {
        kind: 'invalidated',
        invalidations: [
          { scope: 'tag', name: 't', version: 3 },
          { scope: 'prefix', name: 't', version: 1 },
        ],
      },
    ]);
    expect(sent(gathered)).toEqual([
      [
        {
          ...owls,
          messages: [
            {
              kind: 'changed',
              keys: [
                ['a', 5],
                ['b', 2],
              ],
            },
            {
              kind: 'invalidated',
              invalidations: [
                { scope: 'tag', name: 't', version: 4 },
                { scope: 'prefix', name: 't', version: 1 },
              ],
            },
          ],
        },
        { namespace: 'hawks', sender: 2, messages: [{ kind: 'released', keys: ['a'] }] },
      ],
    ]);
  });

  it('is nothing where nothing was said', () => {
    const gathered = new Gathered();
    gathered.add({ namespace: 'owls', sender: 1 }, [{ kind: 'changed', keys: [] }]);
    expect(sent(gathered)).toEqual([]);
  });

  it('arrives whole and in order, however it is split', () => {
    const seed = Date.now() % 2 ** 31;
    const random = seededRandom(seed);
    const text = (): string =>
      Array.from({ length: 1 + random.next() * 40 }, () =>
        '"\\\u0000aü€😀\ud800'.charAt(random.next() * 9),
      ).join('') || 'x';
    for (let round = 0; round < 300; round += 1) {
      const gathered = new Gathered();
      const expected: string[] = [];
      for (let at = 0; at < 100; at += 1) {
        const message: BusMessage = { kind: 'published', event: text(), params: { at, text: text() } };
        expected.push(JSON.stringify(message));
        gathered.add({ namespace: 'ü', sender: 1 }, [message]);
        gathered.add({ namespace: text(), sender: 2 + (at % 3) }, [{ kind: 'released', keys: [text()] }]);
      }
      const messages = sent(gathered)
        .flat()
        .flatMap((part) => (part.sender === 1 ? part.messages : []));
      expect({ seed, messages: messages.map((each) => JSON.stringify(each)) }).toEqual({
        seed,
        messages: expected,
      });
    }
  });

  it('is refused where one item has no room', () => {
    const fits = (key: string): void => assertFits('owls', { kind: 'released', keys: ['a', key] }, ROOM);
    fits('x'.repeat(800));
    expect(() => fits('x'.repeat(900))).toThrow(/kind released has an item of 902 bytes/);
    expect(() => fits('\u0000'.repeat(200))).toThrow(/bytes/);
  });
});
