import { createHmac, timingSafeEqual } from 'node:crypto';

const MAC_BYTES = 16;
/** Set in the first byte of signed entries of every version: all of them have the signature in the same place. */
const SIGNED = 0x80;

/** An entry without its wrapping, or why there is none. */
export type Unsealed =
  | { readonly kind: 'open'; readonly version: number; readonly body: Buffer }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'strange' };

/**
 * Wraps the entries of one stream: a byte for the version, the first 16 bytes of HMAC-SHA256 (RFC 2104) where there is a secret, and the body. The
 * name of the stream is signed along, so that an entry is worth nothing in another one.
 */
export class Seal {
  readonly #stream: string;
  readonly #secret: string | Uint8Array | undefined;

  constructor(stream: string, secret: string | Uint8Array | undefined) {
    this.#stream = stream;
    this.#secret = secret;
  }

  /** The bytes that wrapping adds. */
  static readonly bytes = 1 + MAC_BYTES;

  close(version: number, body: string): Buffer {
    const bytes = Buffer.from(body);
    if (this.#secret === undefined) return Buffer.concat([Buffer.of(version), bytes]);
    const first = version | SIGNED;
    return Buffer.concat([Buffer.of(first), this.#sign(this.#secret, first, bytes), bytes]);
  }

  /** `'strange'` is what cannot be judged; where there is a secret, nothing is. */
  open(payload: Buffer): Unsealed {
    const [first] = payload;
    if (this.#secret !== undefined) return this.#verify(this.#secret, payload);
    if (first === undefined || (first & SIGNED) !== 0) return { kind: 'strange' };
    return { kind: 'open', version: first, body: payload.subarray(1) };
  }

  #verify(secret: string | Uint8Array, payload: Buffer): Unsealed {
    const [first] = payload;
    if (first === undefined || (first & SIGNED) === 0 || payload.length < Seal.bytes)
      return { kind: 'unsigned' };
    const body = payload.subarray(Seal.bytes);
    if (!timingSafeEqual(this.#sign(secret, first, body), payload.subarray(1, Seal.bytes)))
      return { kind: 'unsigned' };
    return { kind: 'open', version: first & ~SIGNED, body };
  }

  #sign(secret: string | Uint8Array, first: number, body: Uint8Array): Buffer {
    const signed = createHmac('sha256', secret).update(`${this.#stream.length}:${this.#stream}`);
    return signed.update(Buffer.of(first)).update(body).digest().subarray(0, MAC_BYTES);
  }
}
