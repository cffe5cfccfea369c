import type { Operation, Row } from 'nuthatch/engine';
import { notEncoded } from './errors.js';
import { type Keys, toColumn, toTag } from './text.js';

/** How much of a batch one statement carries. */
const LARGEST_STATEMENT_BYTES = 16 * 1024 ** 2;
/** What a row weighs in a statement beside its key, value and tags. */
const ROW_OVERHEAD_BYTES = 50;
/** The columns of a deletion, beside key and version. */
const DELETION = { expiresAt: null, freshUntil: null, tags: '{}', value: null, bytes: null } as const;

/** A change to one key, as columns; without value and bytes it is the deletion of that key. */
export interface Change {
  readonly key: string;
  readonly version: number;
  readonly expiresAt: number | null;
  readonly freshUntil: number | null;
  readonly tags: string;
  readonly value: string | null;
  readonly bytes: Buffer | null;
}

/** Changes to different keys. */
export interface Batch {
  readonly namespace: string;
  readonly changes: readonly Change[];
  readonly onlyNewer: boolean;
}

/**
 * What is left of operations when only the last of each key counts, or with `onlyNewer` the newest.
 * @throws CacheError for what PostgreSQL cannot keep, before anything is sent.
 */
export function batchOf(keys: Keys, operations: readonly Operation[], onlyNewer = false): Batch {
  const changes = new Map<string, Change>();
  for (const operation of operations) {
    const change = changeOf(keys, operation);
    if (change === undefined) continue;
    const earlier = changes.get(change.key);
    if (onlyNewer && earlier !== undefined && earlier.version >= change.version) continue;
    changes.set(change.key, change);
  }
  return { namespace: keys.namespace, changes: [...changes.values()], onlyNewer };
}

/** Whether a change is the deletion of its key. */
export function isDeletion({ value, bytes }: Change): boolean {
  return value === null && bytes === null;
}

/** Parts of a batch that one statement can carry, in the order of their keys where there are several. */
export function partsOf(batch: Batch): Batch[] {
  const totalBytes = batch.changes.reduce((sum, change) => sum + weightOf(change), 0);
  if (totalBytes <= LARGEST_STATEMENT_BYTES) return [batch];
  const parts: Change[][] = [];
  let leftBytes = 0;
  for (const change of inOrder(batch.changes)) {
    leftBytes -= weightOf(change);
    if (leftBytes < 0) {
      parts.push([]);
      leftBytes = LARGEST_STATEMENT_BYTES - weightOf(change);
    }
    parts.at(-1)?.push(change);
  }
  return parts.map((changes) => ({ ...batch, changes }));
}

/** The values of the statement `put`. */
export function putValues({ namespace, changes, onlyNewer }: Batch): unknown[] {
  return [
    namespace,
    changes.map(({ key }) => key),
    changes.map(({ version }) => version),
    changes.map(({ expiresAt }) => expiresAt),
    changes.map(({ tags }) => tags),
    changes.map(({ value }) => value),
    changes.map(({ bytes }) => bytes),
    changes.map(({ freshUntil }) => freshUntil),
    onlyNewer,
  ];
}

/** The values of the statement `delete`. */
export function deleteValues({ namespace, changes, onlyNewer }: Batch): unknown[] {
  return [namespace, changes.map(({ key }) => key), changes.map(({ version }) => version), onlyNewer];
}

/** Nothing can be stored under a key that PostgreSQL cannot keep, so there is nothing to be deleted. */
function changeOf(keys: Keys, operation: Operation): Change | undefined {
  if (operation.type === 'set') return columnsOf(keys, operation.row);
  const [key] = keys.findable([operation.key]);
  if (key === undefined) return undefined;
  return { ...DELETION, key, version: operation.version };
}

function columnsOf(keys: Keys, { key, version, expiresAt, freshUntil, tags, value }: Row): Change {
  const isText = typeof value === 'string';
  if (!isText && !ArrayBuffer.isView(value)) throw notEncoded(value);
  return {
    key: keys.toColumn(key),
    version,
    expiresAt: expiresAt ?? null,
    freshUntil: freshUntil ?? null,
    tags: arrayOf(tags.map(toTag)),
    value: isText ? toColumn(value, 'a value') : null,
    bytes: isText ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  };
}

/** An array as PostgreSQL writes it; an array of arrays would have to be a rectangle. */
function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Bytes are sent as two digits each. */
function weightOf({ key, tags, value, bytes }: Change): number {
  const valueBytes = value === null ? 2 * (bytes?.byteLength ?? 0) : value.length;
  return key.length + tags.length + valueBytes + ROW_OVERHEAD_BYTES;
}

/** In the order of the table, which is that of UTF-8: rows are locked in it. */
function inOrder(changes: readonly Change[]): Change[] {
  const sortable = changes.map((change) => ({ change, key: Buffer.from(change.key) }));
  return sortable.sort((one, other) => Buffer.compare(one.key, other.key)).map(({ change }) => change);
}
