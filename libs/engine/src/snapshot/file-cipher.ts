import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { badSnapshot } from '../kernel/errors.js';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What the header of an encrypted file says. */
export interface EncryptionNote {
  readonly salt: string;
  /** Derived from key and salt, so that another key is told from a damaged file. */
  readonly check: string;
}

/** How a new file is to be encrypted under the user's key. */
export function newEncryption(key: Uint8Array): EncryptionNote {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  return { salt, check: checkOf(key, salt) };
}

/**
 * Encrypts the chunks of one file with AES-256-GCM. Each file has a key of its own (HKDF of the user's key and a random salt), so that the number
 * of a chunk serves as its nonce: a chunk that was changed, left out, repeated or moved does not open (the STREAM construction: Hoang,
 * Reyhanitabar, Rogaway and Vizár, CRYPTO 2015; what is last is told by the kind of the chunk). The header is authenticated with every chunk.
 */
export class FileCipher {
  readonly #key: Uint8Array;
  readonly #header: Uint8Array;
  #count = 0n;

  constructor(key: Uint8Array, { salt }: EncryptionNote, header: Uint8Array) {
    this.#key = derive(key, salt, 'chunks');
    this.#header = createHash('sha256').update(header).digest();
  }

  seal(chunk: Uint8Array): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, this.#nonce()).setAAD(this.#header);
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws CacheError `bad_snapshot` where it is not what was sealed at this place of this file. */
  open(sealed: Buffer): Buffer {
    if (sealed.length < TAG_BYTES) throw tampered();
    const [text, tag] = [sealed.subarray(0, -TAG_BYTES), sealed.subarray(-TAG_BYTES)];
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv(ALGORITHM, this.#key, this.#nonce(), options).setAAD(this.#header);
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(text), decipher.final()]);
    } catch (error) {
      throw tampered(error);
    }
  }

  #nonce(): Buffer {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeBigUInt64BE(this.#count++, NONCE_BYTES - 8);
    return nonce;
  }
}

/** @throws CacheError `bad_snapshot` where a file is encrypted and there is no key, or another one, or where there is a key and it is not. */
export function assertKeyFits(key: Uint8Array | undefined, note: EncryptionNote | null): void {
  if (note === null && key === undefined) return;
  if (note === null) throw badSnapshot('it is not encrypted, and an encryptionKey is given');
  if (key === undefined) throw badSnapshot('it is encrypted, and no encryptionKey is given');
  if (checkOf(key, note.salt) !== note.check)
    throw badSnapshot('it was encrypted with another encryptionKey');
}

function checkOf(key: Uint8Array, salt: string): string {
  return Buffer.from(derive(key, salt, 'check')).toString('base64');
}

function derive(key: Uint8Array, salt: string, purpose: string): Uint8Array {
  return new Uint8Array(
    hkdfSync('sha256', key, Buffer.from(salt, 'base64'), `nuthatch snapshot ${purpose}`, KEY_BYTES),
  );
}

function tampered(cause?: unknown): Error {
  return badSnapshot('a chunk is not what was encrypted: it was changed', cause);
}
