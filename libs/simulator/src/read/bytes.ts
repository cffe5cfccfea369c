import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Bytes that were looked at, and all of them once more. */
export interface Peeked {
  readonly head: Buffer;
  readonly all: AsyncGenerator<Buffer, void>;
}

/** The bytes of a file, inflated where they are gzip: the first two tell, not the name. */
export async function* bytesOf(file: string): AsyncGenerator<Buffer, void> {
  const { head, all } = await peek(createReadStream(file), 2);
  if (head[0] === 0x1f && head[1] === 0x8b) yield* inflated(all);
  else yield* all;
}

/** Reads ahead until there are `length` bytes, or no more. */
export async function peek(bytes: AsyncIterable<Buffer>, length: number): Promise<Peeked> {
  const iterator = bytes[Symbol.asyncIterator]();
  const ahead: Buffer[] = [];
  for (let seen = 0; seen < length;) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    ahead.push(value);
    seen += value.length;
  }
  return { head: Buffer.concat(ahead), all: chain(ahead, { [Symbol.asyncIterator]: () => iterator }) };
}

async function* chain(ahead: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield* ahead;
  yield* rest;
}

function inflated(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // A failure destroys the inflater with it, and so reaches who reads.
  return pipeline(Readable.from(bytes), createGunzip(), () => undefined);
}
