import type { Row } from 'nuthatch/engine';
import { unreadableRow } from './keyv-errors.js';

/** Begins every row, and says how it is written. */
const FORM = 'nh1';

interface Head {
  /** Its version. */
  readonly v: number;
  /** When it expires. */
  readonly x?: number | undefined;
  /** Until when it is fresh. */
  readonly f?: number | undefined;
  readonly t?: readonly string[] | undefined;
  /** There where the value is bytes. */
  readonly b?: 1 | undefined;
}

/** A row as one text, so that no serializer on the way can harm it: a head in one line, then the value, bytes as base64. */
export function textOf({ value, version, expiresAt, freshUntil, tags }: Row): string {
  const isText = typeof value === 'string';
  const head: Head = {
    v: version,
    x: expiresAt,
    f: freshUntil,
    t: tags.length === 0 ? undefined : tags,
    b: isText ? undefined : 1,
  };
  return `${FORM}${JSON.stringify(head)}\n${isText ? value : toBase64(value)}`;
}

/** The row that a text is. @throws CacheError `bad_value` naming the key. */
export function rowOf(key: string, text: unknown): Row {
  if (typeof text !== 'string') throw unreadableRow(key, `it is no text but ${typeof text}`);
  const end = text.indexOf('\n');
  if (!text.startsWith(FORM) || end < 0) throw unreadableRow(key, 'it is no row of this version');
  const { v: version, x: expiresAt, f, t: tags = [], b } = headOf(key, text.slice(FORM.length, end));
  const body = text.slice(end + 1);
  const value = b === 1 ? Buffer.from(body, 'base64') : body;
  const row = { key, value, version, expiresAt, tags };
  return f === undefined ? row : { ...row, freshUntil: f };
}

function headOf(key: string, line: string): Head {
  try {
    const head: unknown = JSON.parse(line);
    if (isHead(head)) return head;
  } catch (error) {
    throw unreadableRow(key, `its head is damaged: ${(error as Error).message}`); // of JSON.parse
  }
  throw unreadableRow(key, 'its head is damaged');
}

function isHead(head: unknown): head is Head {
  return typeof head === 'object' && head !== null && 'v' in head && typeof head.v === 'number';
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
