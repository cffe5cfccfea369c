const FIRST_BYTES = 64 * 1024;
/** Up to here a text is given three bytes per character without looking; measuring first costs a pass over it. */
const SHORT_TEXT = 4096;
/** How a text or a value is written. */
const UTF8 = 0;
/** For what is no well-formed Unicode: half of a surrogate pair would not come back from UTF-8. */
const UTF16 = 1;
const RAW = 2;

/** Bytes that are written one after the other, into a buffer that grows. */
export class Bytes {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written so far; to be used before anything else is written. */
  view(from = 0): Buffer {
    return this.#buffer.subarray(from, this.#length);
  }

  /** Forgets what was written after so many bytes. */
  cutTo(length: number): void {
    this.#length = length;
  }

  /** Leaves room that is written later. */
  skip(count: number): void {
    this.#reserve(count);
    this.#length += count;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  putU8(at: number, value: number): void {
    this.#buffer.writeUInt8(value, at);
  }

  putU32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at);
  }

  putF64(at: number, value: number): void {
    this.#buffer.writeDoubleLE(value, at);
  }

  /** A text or bytes, with what it is and how long. */
  value(value: string | Uint8Array): void {
    if (typeof value === 'string') return this.#text(value);
    this.#reserve(5 + value.length);
    this.u8(RAW);
    this.u32(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  #text(text: string): void {
    const encoding = isWellFormed(text) ? 'utf8' : 'utf16le';
    this.#reserve(5 + (text.length <= SHORT_TEXT ? text.length * 3 : Buffer.byteLength(text, encoding)));
    const written = this.#buffer.write(text, this.#length + 5, encoding);
    this.u8(encoding === 'utf8' ? UTF8 : UTF16);
    this.u32(written);
    this.#length += written;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads what {@link Bytes} has written, and nothing beyond its end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  text(): string {
    const value = this.value();
    if (typeof value !== 'string') throw new MalformedBytes('bytes where a text should be');
    return value;
  }

  value(): string | Uint8Array {
    const kind = this.u8();
    const length = this.u32();
    const from = this.#take(length);
    if (kind === RAW) return Uint8Array.prototype.slice.call(this.#bytes, from, from + length);
    if (kind !== UTF8 && kind !== UTF16) throw new MalformedBytes(`a text of kind ${kind}`);
    return this.#bytes.toString(kind === UTF8 ? 'utf8' : 'utf16le', from, from + length);
  }

  /** How many things follow, each of at least so many bytes. */
  count(leastBytes: number): number {
    const count = this.u32();
    if (count * leastBytes > this.left) throw new MalformedBytes(`${count} things in ${this.left} bytes`);
    return count;
  }

  #take(count: number): number {
    if (count > this.left) throw new MalformedBytes(`${count} bytes of ${this.left}`);
    const at = this.#at;
    this.#at += count;
    return at;
  }
}

/** Bytes that no {@link Bytes} has written. */
export class MalformedBytes extends Error {}

function isWellFormed(text: string): boolean {
  // Every Node that is supported has it; the library of ES2023 does not know it yet.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
