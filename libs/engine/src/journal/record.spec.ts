import fc from 'fast-check';
import { Bytes } from './bytes.js';
import { decode, encode, type Entry, runsOf } from './record.js';
import { scan } from './scan.js';

const SALT = 0xfeed_beef;

/** Entries as one write brings them. */
function written(...entries: readonly Entry[]): Buffer {
  const bytes = new Bytes();
  for (const entry of entries) encode({ bytes, salt: SALT }, entry);
  return Buffer.from(bytes.view());
}

function read(image: Buffer): Entry[] {
  return [...scan({ image, end: image.length, salt: SALT }, 0)].flatMap((piece) =>
    piece.kind === 'entry' ? [piece.entry] : [],
  );
}

function put(key: string, value: string | Uint8Array): Entry {
  const row = { key, value, expiresAt: undefined, version: 1, tags: [] };
  return { kind: 'change', sequence: 1, operation: { type: 'set', row } };
}

const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
/** Halves of surrogate pairs included. */
const text = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});
const row = fc.record({
  key: text,
  value: fc.oneof(text, fc.uint8Array()),
  expiresAt: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
  version: whole,
  tags: fc.array(text),
  freshUntil: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
});
const operation = fc.oneof(
  fc.record({ type: fc.constant('set' as const), row }),
  fc.record({ type: fc.constant('delete' as const), key: text, version: whole }),
);
const death = fc.record({ error: text, attempts: whole, firstFailedAt: whole, lastFailedAt: whole });
const run = fc.record({ from: whole, count: fc.nat() });
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), sequence: whole, operation }),
  fc.record({ kind: fc.constant('death' as const), sequence: whole, death }),
  fc.record({ kind: fc.constant('release' as const), runs: fc.array(run) }),
);

describe('an entry', () => {
  it('comes back exactly as it was', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        expect(read(written(...entries))).toEqual(entries);
      }),
    );
  });

  it('of a row that says nothing about freshness is read as it was written before there was any', () => {
    const image = Buffer.from(
      'efbeedfe08e4b1a12d00000000000000010000000000001c4000000000000014400000000000005e40' +
        '00030000006f776c0100000000050000006e69676874020200000000ff',
      'hex',
    );
    const owl = { key: 'owl', value: Uint8Array.of(0, 255), expiresAt: 120, version: 5, tags: ['night'] };
    expect(read(image)).toEqual([{ kind: 'change', sequence: 7, operation: { type: 'set', row: owl } }]);
  });

  it('is read from no bytes but those that were written', () => {
    fc.assert(
      fc.property(entry, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, difference) => {
        const image = written(one);
        const at = place % image.length;
        image.writeUInt8(image.readUInt8(at) ^ difference, at);
        // Where it stands in its write is of the record, too.
        expect(decode({ image, end: image.length, salt: SALT }, 0)).toBe(undefined);
      }),
    );
  });

  it('is never read from random bytes, and reading them throws nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const image = Buffer.concat([written(put('a', '1')).subarray(0, 4), bytes]);
        expect(read(image)).toEqual([]);
      }),
    );
  });

  it('is not read from a value that looks like one, where the entry around it is damaged', () => {
    const bytes = new Bytes();
    encode({ bytes, salt: 0 }, put('forged', 'money'));
    const image = written(put('a', Uint8Array.from(bytes.view())), put('b', '2'));
    image.writeUInt8(image.readUInt8(30) ^ 1, 30);
    expect(read(image)).toEqual([put('b', '2')]);
  });

  it('is found again behind a damaged one', () => {
    const image = written(put('a', 'x'.repeat(500)), put('b', '2'), put('c', '3'));
    image.fill(0, 0, 300);
    expect(read(image)).toEqual([put('b', '2'), put('c', '3')]);
  });
});

describe('sequences', () => {
  it('are runs where they follow each other', () => {
    expect(runsOf([5, 6, 7, 9, 3, 4, 4])).toEqual([
      { from: 5, count: 3 },
      { from: 9, count: 1 },
      { from: 3, count: 2 },
      { from: 4, count: 1 },
    ]);
    expect(runsOf([])).toEqual([]);
  });
});
