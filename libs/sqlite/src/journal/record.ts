import { crc32 } from 'node:zlib';
import type { Death, Encoded, JournalRecord, Operation } from 'nuthatch/engine';
import { isWellFormed } from '../stored-row.js';

/** A checksum, and how long the part is that says what the bytes behind it are. */
const PREFIX_BYTES = 8;

const NOTHING = Buffer.alloc(0);

/** How the bytes of a value are to be read: SQLite, like UTF-8, would change text that is no Unicode. */
type Form = 'text' | 'utf16' | 'bytes';

type Head =
  | readonly [sequence: number, type: 'delete', key: string, version: number]
  | readonly [
      sequence: number,
      type: 'set',
      key: string,
      version: number,
      expiresAt: number | null,
      tags: readonly string[],
      form: Form,
      /** Left out by what has been written before there was one. */
      freshUntil?: number,
    ];

/** A change as it is written, with a checksum over all of it: a database has none. */
export function sealRecord(sequence: number, operation: Operation): Buffer {
  if (operation.type === 'delete') {
    const { key, version } = operation;
    return seal([sequence, 'delete', key, version], NOTHING);
  }
  const { key, version, expiresAt = null, tags, value, freshUntil } = operation.row;
  const form = formOf(value);
  const head: Head = [sequence, 'set', key, version, expiresAt, tags, form];
  return seal(freshUntil === undefined ? head : [...head, freshUntil], toBytes(value, form));
}

/** The change that was sealed; `undefined` where the bytes are not what was written. */
export function openRecord(sealed: unknown): JournalRecord | undefined {
  if (!isIntact(sealed)) return undefined;
  const end = PREFIX_BYTES + sealed.readUInt32LE(4);
  // The checksum says that these are the bytes that `sealRecord` has written.
  const head = JSON.parse(sealed.toString('utf8', PREFIX_BYTES, end)) as Head;
  const [sequence, type, key, version] = head;
  if (type === 'delete') return { sequence, operation: { type, key, version } };
  const [, , , , expiresAt, tags, form, freshUntil] = head;
  const value = fromBytes(sealed.subarray(end), form);
  return {
    sequence,
    operation: { type, row: { key, value, expiresAt: expiresAt ?? undefined, version, tags, freshUntil } },
  };
}

/** Why a change was given up, as it is written. */
export function sealDeath({ error, attempts, firstFailedAt, lastFailedAt }: Death): Buffer {
  return seal({ error, attempts, firstFailedAt, lastFailedAt }, NOTHING);
}

/** What was sealed; `undefined` where the bytes are not what was written. */
export function openDeath(sealed: unknown): Death | undefined {
  // Written by `sealDeath`.
  return isIntact(sealed) ? (JSON.parse(sealed.toString('utf8', PREFIX_BYTES)) as Death) : undefined;
}

/** Whose a journal is, as it is written. */
export function sealOwner(namespace: string): Buffer {
  return seal(namespace, NOTHING);
}

/** What was sealed; `undefined` where the bytes are not what was written. */
export function openOwner(sealed: unknown): string | undefined {
  // Written by `sealOwner`.
  return isIntact(sealed) ? (JSON.parse(sealed.toString('utf8', PREFIX_BYTES)) as string) : undefined;
}

/** JSON writes half of a surrogate pair as an escape, so that keys and tags come back as they were. */
function seal(head: unknown, value: Buffer): Buffer {
  const text = JSON.stringify(head);
  const headBytes = Buffer.byteLength(text);
  const sealed = Buffer.allocUnsafe(PREFIX_BYTES + headBytes + value.length);
  sealed.writeUInt32LE(headBytes, 4);
  sealed.write(text, PREFIX_BYTES);
  value.copy(sealed, PREFIX_BYTES + headBytes);
  sealed.writeUInt32LE(crc32(sealed.subarray(4)), 0);
  return sealed;
}

function isIntact(sealed: unknown): sealed is Buffer {
  if (!Buffer.isBuffer(sealed) || sealed.length < PREFIX_BYTES) return false;
  return sealed.readUInt32LE(0) === crc32(sealed.subarray(4));
}

function formOf(value: Encoded): Form {
  if (typeof value !== 'string') return 'bytes';
  return isWellFormed(value) ? 'text' : 'utf16';
}

function toBytes(value: Encoded, form: Form): Buffer {
  if (typeof value === 'string') return Buffer.from(value, form === 'text' ? 'utf8' : 'utf16le');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function fromBytes(bytes: Buffer, form: Form): Encoded {
  if (form === 'bytes') return new Uint8Array(bytes);
  return bytes.toString(form === 'text' ? 'utf8' : 'utf16le');
}
