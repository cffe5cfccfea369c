import type { Stored } from './shelf.js';

const BASE64 = ':base64:';

/**
 * The text by which a Keyv 5 keeps a value, so that both read what the other wrote: JSON of `{ value, expires }`, in which buffers are marked
 * by `:base64:` and strings that begin with a colon have one more.
 */
export function toKeyvText(stored: Stored): string {
  return JSON.stringify(stored, function (this: Record<string, unknown>, key, value: unknown) {
    // A buffer comes here as what its own toJSON makes of it.
    const original = this[key];
    if (Buffer.isBuffer(original)) return BASE64 + original.toString('base64');
    return typeof value === 'string' && value.startsWith(':') ? `:${value}` : value;
  });
}

/** @throws SyntaxError where it is no JSON. */
export function fromKeyvText(text: string): Stored | undefined {
  const parsed: unknown = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (value.startsWith(BASE64)) return Buffer.from(value.slice(BASE64.length), 'base64');
    return value.startsWith(':') ? value.slice(1) : value;
  });
  return toStored(parsed);
}

/** What a Keyv answers when it is asked for a value as it is kept. */
export function toStored(found: unknown): Stored | undefined {
  if (typeof found !== 'object' || found === null) return undefined;
  const { value, expires } = found as { value?: unknown; expires?: unknown };
  return { value, expires: typeof expires === 'number' ? expires : undefined };
}
