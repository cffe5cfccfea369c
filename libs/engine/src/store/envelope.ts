import { badSeal } from '../kernel/errors.js';

/**
 * What is stored of an encrypted value: version (1 byte), form of what is inside (1), length of the key id (1), key id, nonce (12), tag (16),
 * ciphertext. All before the nonce is the head, which is authenticated with the value.
 */
export interface Envelope {
  readonly head: Uint8Array;
  readonly form: Form;
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** What the codec inside has written. */
export type Form = 'text' | 'bytes';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const VERSION = 1;
const FORMS: readonly Form[] = ['text', 'bytes'];
const FIXED_BYTES = 3;
const KEY_ID = /^[\w-]{1,32}$/;

export function headOf(form: Form, keyId: string): Uint8Array {
  return Buffer.concat([Buffer.of(VERSION, FORMS.indexOf(form), keyId.length), Buffer.from(keyId, 'latin1')]);
}

/** @throws CacheError `bad_value` where it is no envelope that this version can open. */
export function openEnvelope(encoded: Uint8Array): Envelope {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const [version, formIndex = -1, idBytes = 0] = bytes;
  if (version !== VERSION)
    throw badSeal(`it is no encrypted value of version ${VERSION}, which is what this codec reads`);
  const nonceAt = FIXED_BYTES + idBytes;
  const tagAt = nonceAt + NONCE_BYTES;
  const keyId = bytes.toString('latin1', FIXED_BYTES, nonceAt);
  const form = FORMS[formIndex];
  if (form === undefined || !KEY_ID.test(keyId) || bytes.byteLength < tagAt + TAG_BYTES)
    throw badSeal('its envelope is damaged');
  return {
    head: bytes.subarray(0, nonceAt),
    form,
    keyId,
    nonce: bytes.subarray(nonceAt, tagAt),
    tag: bytes.subarray(tagAt, tagAt + TAG_BYTES),
    ciphertext: bytes.subarray(tagAt + TAG_BYTES),
  };
}
