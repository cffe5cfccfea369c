import { NO_TAGS } from '../kernel/entry.js';
import { oversizedEntry } from '../kernel/errors.js';
import type { Encoded, Row } from '../store/backing-store.js';
import {
  bytesOf,
  CHUNK_BYTES,
  type EntryHead,
  malformed,
  parseEntryHead,
  parseRowHead,
  RECORD_FRAME_BYTES,
  type RowHead,
  valueOf,
} from './file-format.js';
import { read } from './freshness.js';
import type { SnapshotEntry } from './snapshot.js';

/** Gathers records of one kind until they make a chunk. */
export class ChunkBuffer {
  readonly #kind: number;
  readonly #mostBytes: number;
  #bytes = Buffer.allocUnsafe(CHUNK_BYTES * 2);
  #used = 1;
  #count = 0;

  /** @param mostBytes what one record may take. */
  constructor(kind: number, mostBytes: number) {
    this.#kind = kind;
    this.#mostBytes = mostBytes;
  }

  /** How many records there were, those included that were taken away. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#used >= CHUNK_BYTES;
  }

  /** @throws CacheError `bad_value` where the record is too large. */
  add(head: EntryHead | RowHead, value: Encoded): void {
    const headBytes = Buffer.from(JSON.stringify(head));
    const [kind, valueBytes] = bytesOf(value);
    const bytes = RECORD_FRAME_BYTES + headBytes.length + valueBytes.length;
    if (bytes > this.#mostBytes) throw oversizedEntry(head[0], bytes, this.#mostBytes);
    this.#reserve(bytes);
    this.#count++;
    this.#used = this.#bytes.writeUInt32LE(headBytes.length, this.#used);
    this.#used += headBytes.copy(this.#bytes, this.#used);
    this.#used = this.#bytes.writeUInt8(kind, this.#used);
    this.#used = this.#bytes.writeUInt32LE(valueBytes.length, this.#used);
    this.#bytes.set(valueBytes, this.#used);
    this.#used += valueBytes.length;
  }

  /** The chunk so far, good until the next record; `undefined` where there is none. */
  take(): Buffer | undefined {
    if (this.#used === 1) return undefined;
    const chunk = this.#bytes.subarray(0, this.#used);
    chunk[0] = this.#kind;
    this.#used = 1;
    return chunk;
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(needed);
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}

/** The entries of a chunk. @throws CacheError `bad_snapshot` where it is malformed. */
export function* entriesIn(chunk: Buffer): Generator<SnapshotEntry, void> {
  for (const { head, value } of recordsIn(chunk)) {
    const [key, remainingMs, hits, version, tags, freshness] = parseEntryHead(head);
    const aging = freshness === undefined ? undefined : { freshness: read(freshness) };
    yield { key, value, remainingMs: remainingMs ?? undefined, hits, version, tags: shared(tags), ...aging };
  }
}

/** The rows of a chunk. @throws CacheError `bad_snapshot` where it is malformed. */
export function* rowsIn(chunk: Buffer): Generator<Row, void> {
  for (const { head, value } of recordsIn(chunk)) {
    const [key, expiresAt, version, tags, freshUntil] = parseRowHead(head);
    yield { key, value, expiresAt: expiresAt ?? undefined, version, tags, freshUntil };
  }
}

/** Most entries have no tags, and an array of their own would outlive the restore. */
function shared(tags: readonly string[]): readonly string[] {
  return tags.length === 0 ? NO_TAGS : tags;
}

function* recordsIn(chunk: Buffer): Generator<{ readonly head: string; readonly value: Encoded }, void> {
  for (let at = 1; at < chunk.length;) {
    const head = field(chunk, at);
    at += 4 + head.length;
    const kind = chunk[at];
    const value = field(chunk, at + 1);
    at += 5 + value.length;
    yield { head: head.toString('utf8'), value: valueOf(kind, value) };
  }
}

/** What stands behind a length, which is not believed beyond the end of the chunk. */
function field(chunk: Buffer, at: number): Buffer {
  if (at + 4 > chunk.length) throw malformed('a record goes beyond its chunk');
  const end = at + 4 + chunk.readUInt32LE(at);
  if (end > chunk.length) throw malformed('a record goes beyond its chunk');
  return chunk.subarray(at + 4, end);
}
