import { CacheError, reason, show } from '../kernel/errors.js';
import type { InvalidationScope } from '../kernel/invalidation.js';
import { isPlainObject } from '../kernel/plain.js';
import type { BusMessage } from './bus.js';

/** How deep what an event brings may be nested: more than templates of rules ever look into. */
const DEEPEST = 16;
const SCOPES: Readonly<Record<InvalidationScope, true>> = { tag: true, prefix: true, pattern: true };

type Fields = Readonly<Record<string, unknown>>;

/** What each kind of message has beside its kind, and how that looks. */
const SHAPES: {
  readonly [Kind in BusMessage['kind']]: Readonly<Record<string, (found: unknown) => boolean>>;
} = {
  changed: { keys: (found) => isListOf(found, isChange) },
  invalidated: { invalidations: (found) => isListOf(found, isInvalidation) },
  published: { event: isName, params: (found) => isRecord(found) && isData(found, 0) },
  released: { keys: (found) => isListOf(found, isName) },
};

/**
 * Whether this is a message as caches send it, and nothing else: no kind or property that is not known, no empty key, no version that is not a whole
 * number, and in what an event brings only plain data, nested up to 16 deep, without a property `__proto__`. Never throws on data.
 */
export function isBusMessage(value: unknown): value is BusMessage {
  if (!isRecord(value) || typeof value['kind'] !== 'string') return false;
  const { kind } = value;
  return isKind(kind) && hasShape(value, { ...SHAPES[kind], kind: () => true });
}

/**
 * The message as others are to receive it: what an event brings becomes what JSON makes of it, with large integers as text.
 * @throws CacheError `bad_value` where that is not a message.
 */
export function sendable(message: BusMessage): BusMessage {
  const sent = message.kind === 'published' ? { ...message, params: asData(message) } : message;
  if (isBusMessage(sent)) return sent;
  const what =
    message.kind === 'published' ? `the event ${show(message.event)}` : `a message of kind ${message.kind}`;
  throw new CacheError('bad_value', `${what} cannot be sent: it must be plain data, at most ${DEEPEST} deep`);
}

function asData({
  event,
  params,
}: Extract<BusMessage, { kind: 'published' }>): Readonly<Record<string, unknown>> {
  try {
    // What is no object is refused by `isBusMessage`.
    return JSON.parse(JSON.stringify(params, withoutBigints)) as Fields;
  } catch (error) {
    throw new CacheError('bad_value', `the event ${show(event)} cannot be sent: ${reason(error)}`, error);
  }
}

function withoutBigints(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function isKind(kind: string): kind is BusMessage['kind'] {
  return Object.hasOwn(SHAPES, kind);
}

function hasShape(value: Fields, shape: Readonly<Record<string, (found: unknown) => boolean>>): boolean {
  const names = Object.keys(value);
  if (names.length !== Object.keys(shape).length) return false;
  return names.every((name) => Object.hasOwn(shape, name) && shape[name]?.(value[name]));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && isPlainObject(value);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  // Not `every`, which skips holes.
  for (let at = 0; at < value.length; at += 1) if (!isItem(value[at])) return false;
  return true;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isVersion(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isChange(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isName(value[0]) && isVersion(value[1]);
}

/** An empty prefix is that of every key. */
const INVALIDATION = {
  scope: (found: unknown) => typeof found === 'string' && Object.hasOwn(SCOPES, found),
  name: (found: unknown) => typeof found === 'string',
  version: isVersion,
};

function isInvalidation(value: unknown): boolean {
  return isRecord(value) && hasShape(value, INVALIDATION);
}

function isData(value: unknown, depth: number): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth === DEEPEST) return false;
  if (Array.isArray(value)) return value.every((item) => isData(item, depth + 1));
  if (!isPlainObject(value) || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((item) => isData(item, depth + 1));
}
