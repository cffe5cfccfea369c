import { crc32 } from 'node:zlib';
import type { Operation } from '../store/backing-store.js';
import type { Death } from '../write/journal.js';
import { ByteReader, type Bytes, MalformedBytes } from './bytes.js';

/** Something that a journal has been told. */
export type Entry =
  | { readonly kind: 'change'; readonly sequence: number; readonly operation: Operation }
  | { readonly kind: 'death'; readonly sequence: number; readonly death: Death }
  | { readonly kind: 'release'; readonly runs: readonly Run[] };

/** Sequences that follow each other. What was written together is mostly let go of together. */
export interface Run {
  readonly from: number;
  readonly count: number;
}

/** An entry as it stands in a segment. */
export interface Found {
  readonly entry: Entry;
  /** Where it ends. */
  readonly to: number;
  /** Where the write began that brought it. */
  readonly groupFrom: number;
}

/** A part of a file in which entries are looked for. */
export interface Range {
  readonly image: Buffer;
  readonly end: number;
  readonly salt: number;
}

/*
 * A record: salt u32, CRC-32 u32 of all that follows, length of the body u32, distance to the begin of its write u32, kind u8,
 * sequence f64, body. Numbers are little-endian. The salt is a random number of the journal: no value can contain something
 * that would be taken for a record where the search for the next one leads through a damaged part.
 */
const CRC_AT = 4;
const LENGTH_AT = 8;
const INTO_GROUP_AT = 12;
const KIND_AT = 16;
const SEQUENCE_AT = 17;
const HEAD_BYTES = 25;
const LARGEST_BODY = 2 ** 32 - 1;
const KINDS = { set: 1, delete: 2, release: 3, death: 4 } as const;

/** Where an encoder writes: the bytes of one write, and the salt of the journal. */
export interface Sink {
  readonly bytes: Bytes;
  readonly salt: number;
}

/** Writes an entry to the end; answers how many bytes it takes. */
export function encode({ bytes, salt }: Sink, entry: Entry): number {
  const from = bytes.length;
  bytes.skip(HEAD_BYTES);
  const kind = encodeBody(bytes, entry);
  const length = bytes.length - from - HEAD_BYTES;
  if (length > LARGEST_BODY) throw new RangeError(`an entry of ${length} bytes is too large for a journal`);
  bytes.putU32(from, salt);
  bytes.putU32(from + LENGTH_AT, length);
  bytes.putU32(from + INTO_GROUP_AT, from);
  bytes.putU8(from + KIND_AT, kind);
  bytes.putF64(from + SEQUENCE_AT, entry.kind === 'release' ? 0 : entry.sequence);
  bytes.putU32(from + CRC_AT, crc32(bytes.view(from + LENGTH_AT)));
  return bytes.length - from;
}

function encodeBody(bytes: Bytes, entry: Entry): number {
  if (entry.kind === 'release') return encodeRelease(bytes, entry.runs);
  if (entry.kind === 'death') return encodeDeath(bytes, entry.death);
  const { operation } = entry;
  if (operation.type === 'delete') {
    bytes.f64(operation.version);
    bytes.value(operation.key);
    return KINDS.delete;
  }
  const { key, value, expiresAt, version, tags, freshUntil } = operation.row;
  bytes.f64(version);
  bytes.f64(expiresAt ?? NaN);
  bytes.value(key);
  bytes.u32(tags.length);
  for (const tag of tags) bytes.value(tag);
  bytes.value(value);
  if (freshUntil !== undefined) bytes.f64(freshUntil);
  return KINDS.set;
}

function encodeDeath(bytes: Bytes, death: Death): number {
  bytes.f64(death.attempts);
  bytes.f64(death.firstFailedAt);
  bytes.f64(death.lastFailedAt);
  bytes.value(death.error);
  return KINDS.death;
}

function encodeRelease(bytes: Bytes, runs: readonly Run[]): number {
  for (const { from, count } of runs) {
    bytes.f64(from);
    bytes.u32(count);
  }
  return KINDS.release;
}

/** Sequences, which are in any order, as runs. */
export function runsOf(sequences: readonly number[]): Run[] {
  const runs: { from: number; count: number }[] = [];
  for (const sequence of sequences) {
    const last = runs.at(-1);
    if (last !== undefined && sequence === last.from + last.count) last.count++;
    else runs.push({ from: sequence, count: 1 });
  }
  return runs;
}

/** The entry that begins at a place; `undefined` where none does that is whole. */
export function decode({ image, end, salt }: Range, at: number): Found | undefined {
  if (at + HEAD_BYTES > end || image.readUInt32LE(at) !== salt) return undefined;
  const to = at + HEAD_BYTES + image.readUInt32LE(at + LENGTH_AT);
  if (to > end) return undefined;
  if (crc32(image.subarray(at + LENGTH_AT, to)) !== image.readUInt32LE(at + CRC_AT)) return undefined;
  const sequence = image.readDoubleLE(at + SEQUENCE_AT);
  const groupFrom = at - image.readUInt32LE(at + INTO_GROUP_AT);
  const entry = decodeBody(image.readUInt8(at + KIND_AT), sequence, image.subarray(at + HEAD_BYTES, to));
  return entry === undefined ? undefined : { entry, to, groupFrom };
}

function decodeBody(kind: number, sequence: number, body: Buffer): Entry | undefined {
  const reader = new ByteReader(body);
  try {
    if (kind === KINDS.release) return { kind: 'release', runs: readRuns(reader) };
    if (kind === KINDS.death) return { kind: 'death', sequence, death: readDeath(reader) };
    const operation = readOperation(kind, reader);
    return operation === undefined ? undefined : { kind: 'change', sequence, operation };
  } catch (error) {
    // Nothing that this version has written, though its checksum is right: as good as damaged.
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}

function readOperation(kind: number, reader: ByteReader): Operation | undefined {
  if (kind !== KINDS.set && kind !== KINDS.delete) return undefined;
  const version = reader.f64();
  if (kind === KINDS.delete) return { type: 'delete', key: reader.text(), version };
  const expiresAt = reader.f64();
  const key = reader.text();
  const tags = Array.from({ length: reader.count(5) }, () => reader.text());
  const value = reader.value();
  const row = { key, value, expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt, version, tags };
  // Behind the value, where it may be left out, as it is in journals that were written before there was any.
  return { type: 'set', row: reader.left === 0 ? row : { ...row, freshUntil: reader.f64() } };
}

function readDeath(reader: ByteReader): Death {
  const [attempts, firstFailedAt, lastFailedAt] = [reader.f64(), reader.f64(), reader.f64()];
  return { error: reader.text(), attempts, firstFailedAt, lastFailedAt };
}

function readRuns(reader: ByteReader): Run[] {
  const runs: Run[] = [];
  while (reader.left > 0) runs.push({ from: reader.f64(), count: reader.u32() });
  return runs;
}
