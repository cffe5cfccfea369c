import { webcrypto } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { openCache, openStored } from '../../../../test/support/caches.js';
import {
  CacheError,
  type Codec,
  encrypted,
  type EncryptionOptions,
  jsonCodec,
  mapStore,
  richCodec,
} from '../index.js';

const K1 = Uint8Array.from({ length: 32 }, (_, index) => index);
const K2 = 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=';
const RUNS = Number(process.env['NUTHATCH_RUNS'] ?? 200);

function open(
  options: Partial<EncryptionOptions> = {},
  codec: Parameters<typeof encrypted>[0] = 'rich',
): Codec {
  return encrypted(codec, { keys: { k1: K1 }, current: 'k1', ...options });
}

function sealed(value: unknown, key = 'owl', codec = open()): Buffer {
  return Buffer.from(codec.encode(value, key) as Uint8Array);
}

/** What decoding throws. */
function refusal(codec: Codec, encoded: string | Uint8Array, key = 'owl'): unknown {
  try {
    codec.decode(encoded, key);
  } catch (error) {
    return error;
  }
  throw new Error('it was decoded');
}

describe('an encrypted value', () => {
  it.each([
    ['text', richCodec()],
    ['text of a store that others read', jsonCodec],
    [
      'bytes',
      { name: 'bytes', encode: (value: unknown) => value as Uint8Array, decode: (bytes: unknown) => bytes },
    ],
  ])('comes back as it was, from %s', (_, inner) => {
    const codec = open({}, inner);
    const value = inner.name === 'bytes' ? Buffer.of(0, 255, 128) : { owl: ['é', '🦉', ''], n: 1.5 };
    const back = codec.decode(codec.encode(value, 'owl'), 'owl');
    expect(back).toEqual(value);
  });

  it('of nothing at all comes back, too', () => {
    const inner = { name: 'empty', encode: () => '', decode: (text: unknown) => text };
    expect(open({}, inner).decode(open({}, inner).encode(1, 'owl'), 'owl')).toBe('');
  });

  // Made with pyca/cryptography, from the description of the envelope in docs/encryption.md.
  it('that was written long ago is read: a known answer', () => {
    const [head, nonce] = ['0100026b31', '000102030405060708090a0b'];
    const [tag, text] = ['629532668d59667b9e9d96f4f9950ae8', '3c20be74aa91e021f933e2eecc'];
    const hex = head + nonce + tag + text;
    expect(open({}, 'json').decode(Buffer.from(hex, 'hex'), 'owl')).toEqual({ hoot: true });
  });

  it('is what another implementation of the cipher reads: version, form, key id, nonce, tag, ciphertext', async () => {
    const bytes = sealed({ hoot: true }, 'öwl', open({}, 'json'));
    expect([...bytes.subarray(0, 5)]).toEqual([1, 0, 2, ...Buffer.from('k1')]);
    const [iv, tag, text] = [bytes.subarray(5, 17), bytes.subarray(17, 33), bytes.subarray(33)];
    const secret = await webcrypto.subtle.importKey('raw', K1, 'AES-GCM', false, ['decrypt']);
    const additionalData = Buffer.concat([bytes.subarray(0, 5), Buffer.from('öwl', 'utf16le')]);
    const plain = await webcrypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData, tagLength: 128 },
      secret,
      Buffer.concat([text, tag]),
    );
    expect(Buffer.from(plain).toString()).toBe('{"hoot":true}');
  });

  it('is never written twice under one nonce, and shows nothing of itself', () => {
    const nonces = new Set(Array.from({ length: 1000 }, () => sealed('the secret').toString('hex', 5, 17)));
    expect(nonces.size).toBe(1000);
    expect(sealed('the secret').includes('the secret')).toBe(false);
  });

  it('is bound to its key: under another it is refused, however alike the two are', () => {
    const pairs = [['owl', 'wren'], ['owl', 'owl '], ['\ud800', '\ud801'], ['é', 'e\u0301'], ['a', 'a\0']]; // prettier-ignore
    for (const [key = '', other = ''] of pairs) {
      expect(open().decode(sealed(1, key), key)).toBe(1);
      expect(refusal(open(), sealed(1, key), other)).toMatchObject({ code: 'bad_value' });
    }
  });

  it('needs the key of its entry', () => {
    expect(() => open().encode(1)).toThrow('which was not given');
    expect(() => open().decode(sealed(1))).toThrow('which was not given');
  });

  it('is refused by the name of its key, and without its value, wherever a bit of it is flipped', () => {
    const codec = open();
    const whole = sealed({ secret: 'hush' });
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const error = refusal(codec, bytes);
      expect(error).toBeInstanceOf(CacheError);
      expect(error).toMatchObject({ code: 'bad_value' });
      expect(inspect(error)).not.toContain('hush');
    }
    const last = Buffer.from(whole);
    last[last.length - 1] = (last.at(-1) ?? 0) ^ 1;
    expect(refusal(codec, last)).toMatchObject({ message: expect.stringContaining('the key k1') });
  });

  it('is refused wherever it is cut, and where something follows it', () => {
    const whole = sealed({ secret: 'hush' });
    for (let length = 0; length < whole.length; length++)
      expect(refusal(open(), whole.subarray(0, length))).toMatchObject({ code: 'bad_value' });
    expect(refusal(open(), Buffer.concat([whole, Buffer.of(0)]))).toMatchObject({ code: 'bad_value' });
  });

  it('is refused whatever it is made of', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.string(),
      // What begins as it should.
      fc
        .uint8Array({ maxLength: 80 })
        .map((rest) => Buffer.concat([Buffer.from([1, 0, 2, 0x6b, 0x31]), rest])),
      fc
        .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 80 }))
        .map(([form, length, rest]) => Buffer.concat([Buffer.of(1, form, length), rest])),
    );
    const property = fc.property(garbage, (encoded) => {
      const error = refusal(open(), encoded);
      expect(error).toMatchObject({ code: 'bad_value' });
      expect((error as Error).message.length).toBeLessThan(200);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('with parts of two is refused', () => {
    const [one, other] = [sealed('the one value'), sealed('another value')];
    for (let at = 6; at < one.length; at++)
      expect(refusal(open(), Buffer.concat([one.subarray(0, at), other.subarray(at)]))).toMatchObject({
        code: 'bad_value',
      });
  });

  it('of text that no bytes can hold is refused, not changed', () => {
    const inner = { name: 'raw', encode: (value: unknown) => String(value), decode: (text: unknown) => text };
    expect(() => open({}, inner).encode('half \ud800', 'owl')).toThrow('surrogate');
  });
});

describe('a ring of keys', () => {
  const both = { k1: K1, k2: K2 };

  it('writes with the current key and reads with every other', () => {
    const old = sealed('old', 'owl', open({ keys: both, current: 'k1' }));
    const next = open({ keys: both, current: 'k2' });
    const young = sealed('young', 'owl', next);
    expect([next.decode(old, 'owl'), next.decode(young, 'owl')]).toEqual(['old', 'young']);
    expect(young.toString('latin1', 3, 5)).toBe('k2');
  });

  it('refuses what was written with a key that it has no more, naming it', () => {
    const young = sealed('young', 'owl', open({ keys: both, current: 'k2' }));
    const error = refusal(open(), young);
    expect(error).toMatchObject({
      code: 'bad_value',
      message: expect.stringContaining('the key k2, which is not among'),
    });
  });

  it('refuses what was written with other bytes under the same id', () => {
    expect(refusal(open({ keys: { k1: K2 } }), sealed(1))).toMatchObject({ code: 'bad_value' });
  });

  it('is not changed by what the caller does to its bytes', () => {
    const bytes = Uint8Array.from(K1);
    const codec = open({ keys: { k1: bytes } });
    bytes.fill(0);
    expect(codec.decode(sealed(1), 'owl')).toBe(1);
  });

  const long = 'x'.repeat(33);
  it.each<[string, unknown, string]>([
    [
      '31 bytes',
      { keys: { k1: K1.subarray(1) } },
      'keys.k1 must be 32 bytes, as a Uint8Array or as base64, got 31 bytes',
    ],
    ['33 bytes', { keys: { k1: Buffer.alloc(33) } }, 'got 33 bytes'],
    [
      'a pass phrase',
      { keys: { k1: 'correct horse battery staple' } },
      'got text that is not base64 of 32 bytes',
    ],
    ['base64 of 31 bytes', { keys: { k1: Buffer.alloc(31).toString('base64') } }, 'not base64 of 32 bytes'],
    ['a number', { keys: { k1: 5 } }, 'got number'],
    ['no key', { keys: { k1: null } }, 'got null'],
    ['no keys', { keys: undefined }, 'keys must be an object'],
    ['an empty ring', { keys: {} }, 'current must be the id of a key'],
    [
      'an id with a dot',
      { keys: { 'k.1': K1 } },
      '1 to 32 letters, digits, _ and -, got one of 3 characters',
    ],
    ['an id that is too long', { keys: { [long]: K1 } }, 'got one of 33 characters'],
    ['a current that is none', { current: 'k9' }, 'current must be the id of a key: k1, got another'],
    ['a current of the prototype', { current: 'constructor' }, 'current must be the id of a key'],
    ['an option that there is not', { algorithm: 'rot13' }, 'there is no option algorithm'],
  ])('refuses %s', (_, options, message) => {
    expect(() => open(options as Partial<EncryptionOptions>)).toThrow(
      expect.objectContaining({ code: 'bad_option', message: expect.stringContaining(message) }),
    );
  });

  it('shows no key in messages, also where key and id are mixed up, and none when it is inspected', () => {
    const shown: string[] = [inspect(open({ keys: { k1: K2 } }), { depth: 9, showHidden: true })];
    for (const options of [
      { keys: { [K2]: 'k1' } },
      { keys: { k1: `${K2}=` } },
      { keys: { k1: K2 }, current: K2 },
    ])
      try {
        open(options);
      } catch (error) {
        shown.push(inspect(error, { depth: 9, showHidden: true }));
      }
    expect(shown.length).toBe(4);
    for (const text of shown) expect(text).not.toContain(K2.slice(0, 12));
  });
});

describe('a cache whose codec encrypts', () => {
  it('stores nothing in the clear, and reads it again after a restart with rotated keys', async () => {
    const store = mapStore();
    const first = await openCache<unknown>({ store, codec: open() });
    await first.cache.setMany(Object.entries({ owl: 'the secret', wren: new Map([['a', 1n]]) }));
    await first.cache.close();
    const codec = open({ keys: { k1: K1, k2: K2 }, current: 'k2' });
    const second = await openCache<unknown>({ store, codec });
    expect(await second.cache.getMany(['owl', 'wren'])).toEqual(
      new Map<string, unknown>([['owl', 'the secret'], ['wren', new Map([['a', 1n]])]]), // prettier-ignore
    );
    expect(inspect(second.cache.info())).toContain('encrypted rich');
  });

  it.each(['writeThrough', 'writeBack'] as const)(
    'reads its pending and stored values: %s',
    async (writePolicy) => {
      const { cache, rows } = await openStored<unknown>({ codec: open(), writePolicy, maxItems: 1 });
      await cache.setMany(Object.entries({ owl: 1, wren: 2 }));
      expect([await cache.get('owl'), await cache.get('wren')]).toEqual([1, 2]);
      await cache.flush();
      expect([...rows.values()].every(({ value }) => value instanceof Uint8Array)).toBe(true);
      expect([await cache.get('owl'), await cache.get('wren')]).toEqual([1, 2]);
      expect(await cache.getOrLoad('jay', () => 3)).toBe(3);
    },
  );

  it('takes a value that was moved to another key for a miss, and says why', async () => {
    const { cache, rows } = await openStored<unknown>({ codec: open(), maxItems: 1 });
    await cache.setMany(Object.entries({ owl: 'hush', wren: 2 }));
    const owl = rows.get('owl');
    if (owl !== undefined) rows.set('jay', { ...owl, key: 'jay' });
    const problems: unknown[] = [];
    cache.events$.subscribe((event) => event.type === 'store_failed' && problems.push(event.error));
    expect([await cache.get('jay'), await cache.getOrLoad('jay', () => 'loaded')]).toEqual([
      undefined,
      'loaded',
    ]);
    expect(problems[0]).toMatchObject({
      code: 'bad_value',
      message: expect.stringMatching(/"jay".*encrypted rich.*the key k1/),
    });
    expect(inspect(problems)).not.toContain('hush');
  });

  it("refuses a tampered row of the user's own data", async () => {
    const { cache, rows } = await openStored<unknown>({ codec: open(), maxItems: 1, role: 'record' });
    await cache.setMany(Object.entries({ owl: 'hush', wren: 2 }));
    const owl = rows.get('owl');
    if (owl !== undefined) rows.set('owl', { ...owl, value: Buffer.from('tampered') });
    await expect(cache.get('owl')).rejects.toMatchObject({ code: 'bad_value' });
  });

  it('keeps snapshots encrypted, and restores them', async () => {
    const { cache } = await openStored<unknown>({ codec: open() });
    await cache.set('owl', 'hush');
    const snapshot = await cache.snapshot();
    expect(inspect(snapshot, { depth: 9 })).not.toContain('hush');
    await cache.clear();
    await cache.restore(snapshot);
    expect([cache.peek('owl'), await cache.get('owl')]).toEqual(['hush', 'hush']);
  });
});
