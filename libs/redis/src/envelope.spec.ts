import fc from 'fast-check';
import type { Row } from 'nuthatch/engine';
import type { Compression } from './compression.js';
import { decodeRow, encodeRow, isPacked, unpack } from './envelope.js';
import { HEADER_BYTES, headerOf } from './record.js';

const CHANCE = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);

/** Every text that JavaScript has, half surrogate pairs and zeros included. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('\ud800', '\0', '', 'ü\udc00'),
);
const time = fc.option(fc.double({ noNaN: true }), { nil: undefined });
const row: fc.Arbitrary<Row> = fc.record({
  key: text,
  value: fc.oneof(text, fc.uint8Array()),
  expiresAt: time,
  freshUntil: time,
  version: fc.double({ noNaN: true }),
  tags: fc.array(text, { maxLength: 4 }),
});

async function decode(record: Buffer, asked?: string): Promise<Row> {
  const header = headerOf(record);
  if (header === undefined) throw new Error('no header');
  const packed = decodeRow(record, header, asked);
  return isPacked(packed.flags) ? unpack(packed) : packed.row;
}

/** Buffers and other bytes alike. */
function comparable(found: Row): Row {
  return typeof found.value === 'string' ? found : { ...found, value: Uint8Array.from(found.value) };
}

it.each<[string, Compression | undefined]>([
  ['as they are', undefined],
  ['compressed', { aboveBytes: 1, name: 'gzip' }],
])('reads all rows that it writes, %s', async (_, compression) => {
  await fc.assert(
    fc.asyncProperty(row, async (written) => {
      const record = await encodeRow(written, CHANCE, compression);
      expect(comparable(await decode(record, written.key))).toEqual(written);
      expect(comparable(await decode(record))).toEqual(written);
    }),
    { numRuns: 500 },
  );
});

it('compresses what that makes smaller', async () => {
  const large: Row = { key: 'owl', value: 'hoo '.repeat(500), version: 1, tags: [], expiresAt: undefined };
  const record = await encodeRow(large, CHANCE, { aboveBytes: 1000, name: 'gzip' });
  expect(record.length).toBeLessThan(200);
  expect((await encodeRow({ ...large, value: 'hoo' }, CHANCE, { aboveBytes: 1, name: 'gzip' })).length).toBe(
    78,
  );
});

it('expands nothing beyond the size that is said', async () => {
  const bomb: Row = { key: 'owl', value: 'x'.repeat(100_000), version: 1, tags: [], expiresAt: undefined };
  const record = await encodeRow(bomb, CHANCE, { aboveBytes: 1, name: 'gzip' });
  record.writeUInt32BE(10, 52);
  await expect(decode(record)).rejects.toThrow();
  record.writeUInt32BE(100_001, 52);
  await expect(decode(record)).rejects.toThrow('it comes to 100000 bytes in the place of 100001');
});

it('refuses the record of another key', async () => {
  const record = await encodeRow(
    { key: 'owl', value: '', version: 1, tags: [], expiresAt: undefined },
    CHANCE,
    undefined,
  );
  await expect(decode(record, 'wren')).rejects.toThrow('it is of another key');
});

it('answers or throws an Error, whatever the bytes are', async () => {
  await fc.assert(
    fc.asyncProperty(
      row,
      fc.array(fc.tuple(fc.nat(), fc.nat(255))),
      fc.nat(),
      async (written, changes, end) => {
        const record = await encodeRow(written, CHANCE, undefined);
        for (const [at, byte] of changes) record[HEADER_BYTES + (at % (record.length - HEADER_BYTES))] = byte;
        const cut = record.subarray(0, Math.max(HEADER_BYTES, record.length - (end % 100)));
        const outcome: unknown = await decode(cut).catch((error: unknown) => error);
        const isRow = typeof outcome === 'object' && outcome !== null && 'key' in outcome;
        expect(isRow || outcome instanceof Error || String(outcome).includes('Error')).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

it('keeps no large buffer alive for a small value', async () => {
  const small: Row = {
    key: 'owl',
    value: new Uint8Array([1, 2]),
    version: 1,
    tags: [],
    expiresAt: undefined,
  };
  const record = await encodeRow(small, CHANCE, undefined);
  const received = Buffer.concat([record, Buffer.alloc(1_000_000)]).subarray(0, record.length);
  const { value } = await decode(received);
  expect(value).toEqual(new Uint8Array([1, 2]));
  expect((value as Uint8Array).buffer.byteLength).toBe(2);
});

it('refuses a value that is no text and no bytes', () => {
  const wrong = { key: 'owl', value: 5, version: 1, tags: [], expiresAt: undefined } as unknown as Row;
  expect(() => encodeRow(wrong, CHANCE, undefined)).toThrow(
    expect.objectContaining({
      code: 'bad_value',
      message: 'a row must carry text or bytes, got number',
    }) as Error,
  );
});
