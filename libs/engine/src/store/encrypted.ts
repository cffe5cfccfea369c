import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { badSeal } from '../kernel/errors.js';
import type { Encoded } from './backing-store.js';
import { type Codec, textOf } from './codec.js';
import { type Envelope, headOf, NONCE_BYTES, openEnvelope, TAG_BYTES } from './envelope.js';
import { type EncryptionOptions, type KeyRing, keyRing } from './key-ring.js';
import { type CodecName, resolveCodec } from './resolve-codec.js';

const CIPHER = 'aes-256-gcm';
const HALF_A_PAIR = /\p{Surrogate}/u;

/**
 * A codec whose values are encrypted wherever they are kept beyond memory (store, journal, snapshots) by AES-256-GCM, each under a random
 * nonce and bound to the key of its entry: a value that was changed, or moved to another entry, is refused (`bad_value`) and never
 * decoded. Keys of entries, tags, expiry and the length of a value are not hidden.
 *
 * To rotate: add a key, make it `current`, and drop the old one when nothing is left that it has written. One key is good for some 4
 * thousand million writes. Costs about as much as the codec inside.
 *
 * @param codec what values are written by before they are encrypted: `'rich'`, `'json'`, or a codec of your own.
 * @throws CacheError `bad_option` for a key that is not 32 bytes, a wrong id, or a `current` that is not among them.
 */
export function encrypted(codec: CodecName | Codec, options: EncryptionOptions): Codec {
  const inner = resolveCodec(codec);
  const ring = keyRing(options);
  return {
    name: `encrypted ${inner.name}`,
    encode: (value, key) => seal(inner.encode(value, key), ring, bindingOf(key)),
    decode: (encoded, key) => inner.decode(unseal(encoded, ring, bindingOf(key)), key),
  };
}

function seal(plain: Encoded, { current, writing }: KeyRing, binding: Uint8Array): Uint8Array {
  const isText = typeof plain === 'string';
  if (isText && HALF_A_PAIR.test(plain))
    throw new TypeError('the codec inside wrote text with half of a surrogate pair');
  const head = headOf(isText ? 'text' : 'bytes', current);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, writing, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([head, binding]));
  const ciphertext = [cipher.update(isText ? Buffer.from(plain) : plain), cipher.final()];
  return Buffer.concat([head, nonce, cipher.getAuthTag(), ...ciphertext]);
}

function unseal(encoded: Encoded, ring: KeyRing, binding: Uint8Array): Encoded {
  if (typeof encoded === 'string') throw badSeal('it is not encrypted');
  const envelope = openEnvelope(encoded);
  const plain = decrypted(envelope, ring, binding);
  return envelope.form === 'text' ? textOf(plain) : plain;
}

function decrypted(
  { head, keyId, nonce, tag, ciphertext }: Envelope,
  ring: KeyRing,
  binding: Uint8Array,
): Uint8Array {
  const secret = ring.find(keyId);
  if (secret === undefined)
    throw badSeal(`it was encrypted with the key ${keyId}, which is not among the keys`);
  const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([head, binding]));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch (error) {
    const causes = 'it was changed, it belongs to another entry, or that key has other bytes';
    throw badSeal(`it does not open with the key ${keyId}: ${causes}`, error);
  }
}

/** As UTF-16, in which keys that differ never have the same bytes. */
function bindingOf(key: string | undefined): Uint8Array {
  if (key === undefined)
    throw new TypeError("an encrypted value is bound to its entry's key, which was not given");
  return Buffer.from(key, 'utf16le');
}
