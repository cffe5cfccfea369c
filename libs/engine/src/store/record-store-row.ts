import { unstorableValue } from '../kernel/errors.js';
import type { Encoded, Row } from './backing-store.js';
import type { Codec } from './codec.js';

/** A record as it was loaded. Its encoding is made when somebody asks for it: a reader wants the record itself, of whatever class. */
export interface RecordRow extends Row {
  readonly record: unknown;
}

/** The row of a record. A table without columns for the cache knows no version, no tags and no expiry. */
export function recordRow(key: string, record: unknown, codec: Codec): RecordRow {
  return {
    key,
    record,
    expiresAt: undefined,
    version: 0,
    tags: [],
    get value(): Encoded {
      return encodeRecord(key, record, codec);
    },
  };
}

/** Whether the row has its record with it. */
export function isRecordRow(row: Row): row is RecordRow {
  return 'record' in row;
}

/** @throws CacheError `bad_value`, naming the key. */
export function encodeRecord(key: string, record: unknown, codec: Codec): Encoded {
  try {
    return codec.encode(record, key);
  } catch (error) {
    throw unstorableValue(key, codec.name, error);
  }
}
