import { types } from 'node:util';
import type { CacheEvent } from '../cache-event.js';
import { type LoggedKeys, showKeys } from '../shown-keys.js';

/** Makes the line of an event, its end included. */
export type LineOf = (event: CacheEvent, wallMs: number, sampled?: number) => string;

/** The fields whose text names entries. */
const NAMES = new Set(['key', 'keys', 'dependents', 'changed', 'tags', 'matching', 'namespaces']);

/** @param salt what hashes are made with; drawn where it is left out. */
export function linesWith(keys: LoggedKeys, salt?: string): LineOf {
  const shownKey = showKeys(keys, salt);
  const shown = (field: string, value: unknown): unknown => {
    if (keys === 'plain' || !NAMES.has(field)) return value;
    if (keys === 'none') return undefined;
    return Array.isArray(value) ? value.map((name) => shownKey(String(name))) : shownKey(String(value));
  };
  const plainError = (error: unknown): object => errorFields(error, keys === 'plain');
  return ({ type, cache, ...fields }, wallMs, sampled) => {
    const line: Record<string, unknown> = { time: new Date(wallMs).toISOString(), type, cache };
    for (const [field, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      line[field] = field === 'error' || isError(value) ? plainError(value) : shown(field, value);
    }
    if (sampled !== undefined) line['sampled'] = sampled;
    return `${JSON.stringify(line)}\n`;
  };
}

/** The line that tells that some are missing. */
export function lineOfDropped(cache: string, dropped: number, wallMs: number): string {
  return `${JSON.stringify({ time: new Date(wallMs).toISOString(), type: 'events_dropped', cache, dropped })}\n`;
}

/** Messages of errors quote keys, and may quote anything. */
function errorFields(error: unknown, isPlain: boolean): object {
  if (!isError(error)) return isPlain ? { message: String(error) } : { name: typeof error };
  const { name, message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, code, ...(isPlain && { message }) };
}

/** Errors of another realm, as Node's own are under jest, are errors too. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}
