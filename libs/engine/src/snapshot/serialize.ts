import type { EntryState } from '../kernel/entry.js';
import { badText } from '../kernel/errors.js';
import type { Encoded } from '../store/backing-store.js';
import { decode } from './encoding.js';
import type { Capture } from './capture.js';
import { areTags, isKey, isTime } from './file-format.js';
import { type KeptFreshness, read, resumed, written } from './freshness.js';
import { Pace } from './pace.js';
import type { SnapshotParts } from './parts.js';
import { elapsedSince } from './restore-file.js';

const FORMAT = 'nuthatch entries';
/** What is written. In the first version entries end with the tags. */
const VERSION = 2;
/** Shorter than the longest string of V8, which has 2 ** 29 - 24 characters. */
const MOST_CHARACTERS = 2 ** 29 - 2 ** 10;

/** A value as text, or bytes in base64. */
type Written = string | { readonly base64: string };

interface Text {
  readonly format: string;
  readonly version: number;
  readonly takenAt: number;
  readonly codec: string;
  readonly entries: readonly unknown[];
}

/** The entries of a capture as one JSON text, an entry a line. @throws CacheError `bad_snapshot` where it would be too long for a string. */
export async function serialize(capture: Capture): Promise<string> {
  const { takenAt, codec } = capture;
  const head = { format: FORMAT, version: VERSION, takenAt, codec };
  const pace = new Pace();
  const lines: string[] = [];
  let length = 0;
  for (const { key, value, remainingMs, tags, freshness } of capture.entries()) {
    const aging = freshness === undefined ? [] : [written(freshness)];
    const line = JSON.stringify([key, textOf(value), remainingMs ?? null, tags, ...aging]);
    lines.push(line);
    length += line.length + 2;
    if (length > MOST_CHARACTERS) throw tooLong();
    if (pace.spent(line.length)) await pace.turn();
  }
  return `${JSON.stringify(head).slice(0, -1)},"entries":[\n${lines.join(',\n')}\n]}`;
}

/**
 * The entries of a text that live on, each under a new version. What has elapsed since it was written is taken off their lives.
 * @throws CacheError `bad_snapshot` where it is too large, or not such a text, `bad_value` where the codec cannot read a value.
 */
export async function parseEntries<V>(
  { codec, clock, sequence }: Pick<SnapshotParts<V>, 'codec' | 'clock' | 'sequence'>,
  text: string,
  maxBytes: number,
): Promise<Map<string, EntryState<V>>> {
  const { takenAt, codec: writtenBy, entries } = parseText(text, maxBytes);
  if (writtenBy !== String(codec.name))
    throw badText(`its values were written by the ${writtenBy} codec, this cache reads ${codec.name}`);
  const elapsedMs = elapsedSince(takenAt, clock.wallNow());
  const version = sequence.next();
  const pace = new Pace();
  const found = new Map<string, EntryState<V>>();
  const seen = new Set<string>();
  for (const entry of entries) {
    const { key, value, remainingMs, tags, freshness } = parseEntry(entry);
    if (seen.has(key)) throw badText('it holds a key twice');
    seen.add(key);
    const leftMs = (remainingMs ?? Infinity) - elapsedMs;
    const now = clock.now();
    const aging = { freshness: freshness && resumed(freshness, now - elapsedMs) };
    const life = { expiresAt: now + leftMs, tags, version, ...aging };
    if (leftMs > 0) found.set(key, { value: decode<V>(codec, key, value), ...life });
    if (pace.spent(value.length)) await pace.turn();
  }
  return found;
}

function parseText(text: string, maxBytes: number): Text {
  if (typeof text !== 'string') throw badText(`it is ${typeof text}, not a string`);
  // A character takes at least a byte, so that a text that is far too large is not even measured.
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes)
    throw badText(`it is larger than maxBytes, ${maxBytes}`);
  const found = parseJson(text);
  if (!isText(found)) throw badText(`it is not what cache.serialize() answers, version ${VERSION}`);
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badText('it is no JSON', error);
  }
}

function isText(found: unknown): found is Text {
  if (typeof found !== 'object' || found === null) return false;
  const { format, version, takenAt, codec, entries } = found as Partial<Record<keyof Text, unknown>>;
  if (format !== FORMAT || (version !== 1 && version !== VERSION) || !Number.isFinite(takenAt)) return false;
  return typeof codec === 'string' && Array.isArray(entries);
}

function parseEntry(found: unknown): {
  readonly key: string;
  readonly value: Encoded;
  readonly remainingMs: number | null;
  readonly tags: readonly string[];
  readonly freshness: KeptFreshness | undefined;
} {
  if (!Array.isArray(found) || found.length < 4 || found.length > 5) throw badText('an entry is malformed');
  const [key, text, remainingMs, tags, aging]: readonly unknown[] = found;
  const value = valueOf(text);
  const freshness = read(aging);
  if (!isKey(key) || value === undefined || !isTime(remainingMs) || !areTags(tags))
    throw badText('an entry is malformed');
  if (found.length === 5 && freshness === undefined) throw badText('an entry is malformed');
  return { key, value, remainingMs, tags, freshness };
}

function textOf(value: Encoded): Written {
  return typeof value === 'string' ? value : { base64: Buffer.from(value).toString('base64') };
}

function valueOf(written: unknown): Encoded | undefined {
  if (typeof written === 'string') return written;
  if (typeof written !== 'object' || written === null || !Object.hasOwn(written, 'base64')) return undefined;
  const { base64 } = written as { readonly base64?: unknown };
  return typeof base64 === 'string' ? Uint8Array.from(Buffer.from(base64, 'base64')) : undefined;
}

function tooLong(): Error {
  return badText('its entries are too large for one string; cache.saveSnapshot(file) has no such limit');
}
