import { badTemplate, missingParam } from './errors.js';
import { escapePattern } from './patterns.js';

/** What an event brings, such as `{ id: 42 }`, or an instance of its class. */
export type EventParams = object;

/** A text with places for what an event brings. */
export interface Template {
  /** Whether what it becomes is a pattern; else it is one name. */
  readonly isPattern: boolean;
  /** @throws CacheError `bad_rule` naming what the event does not bring. */
  fill(params: EventParams): string;
}

/** Where a template is read, for its errors. */
interface Origin {
  readonly text: string;
  readonly event: string;
}

type Part = { readonly literal: string } | { readonly place: string };

/**
 * Reads a template of keys such as `user:{user.id}:*`. Where it has a `*` or `?` it becomes a pattern, in which what is filled in stands for
 * itself. A `\` makes the next character stand for itself, a brace included.
 * @throws CacheError `bad_rule`.
 */
export function keyTemplate(text: string, event: string): Template {
  const parts = partsOf({ text, event });
  const isPattern = parts.some((part) => 'literal' in part && /^[*?]$/.test(part.literal));
  const literal = isPattern ? (raw: string) => raw : unescaped;
  const escape = isPattern ? escapePattern : (value: string) => value;
  return templateOf({ text, event }, parts, { isPattern, literal, escape });
}

/** Reads a template of tags, in which `*` and `?` are characters like others. @throws CacheError `bad_rule`. */
export function tagTemplate(text: string, event: string): Template {
  const same = (value: string): string => value;
  return templateOf({ text, event }, partsOf({ text, event }), {
    isPattern: false,
    literal: unescaped,
    escape: same,
  });
}

interface Filling {
  readonly isPattern: boolean;
  readonly literal: (raw: string) => string;
  readonly escape: (value: string) => string;
}

function templateOf(origin: Origin, parts: readonly Part[], filling: Filling): Template {
  const { isPattern, literal, escape } = filling;
  const textOf = (part: Part, params: EventParams): string =>
    'place' in part ? escape(valueAt(origin, part.place, params)) : literal(part.literal);
  return { isPattern, fill: (params) => parts.map((part) => textOf(part, params)).join('') };
}

/** Single characters, escaped or not, and places. */
function partsOf({ text, event }: Origin): Part[] {
  if (typeof text !== 'string' || text === '') throw badTemplate(text, event, 'must be a non-empty string');
  const parts = Array.from(text.matchAll(/\\(?:.|$)|\{([^{}]*)\}|./gsu), ([literal, place]): Part =>
    place === undefined ? { literal } : { place },
  );
  for (const part of parts) assertPart(part, { text, event });
  return parts;
}

function assertPart(part: Part, { text, event }: Origin): void {
  if ('place' in part) {
    if (!/^[\w$]+(?:\.[\w$]+)*$/.test(part.place))
      throw badTemplate(
        text,
        event,
        `has a place {${part.place}}, expected a name such as {id} or {user.id}`,
      );
  } else if (part.literal === '{' || part.literal === '}')
    throw badTemplate(
      text,
      event,
      `has a ${part.literal} without its other brace; \\${part.literal} is the brace itself`,
    );
  else if (part.literal === '\\') throw badTemplate(text, event, 'ends in a backslash that escapes nothing');
}

function unescaped(raw: string): string {
  return raw.startsWith('\\') ? raw.slice(1) : raw;
}

/** An empty value is refused, too: `{id}*` would become a pattern that everything matches. */
function valueAt({ text, event }: Origin, place: string, params: EventParams): string {
  let found: unknown = params;
  for (const name of place.split('.')) found = propertyOf(found, name);
  if (typeof found === 'number' || typeof found === 'bigint' || typeof found === 'boolean')
    return String(found);
  if (typeof found === 'string' && found !== '') return found;
  throw missingParam(text, place, { event, found });
}

function propertyOf(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  // Any property of an object is unknown.
  return (holder as Readonly<Record<string, unknown>>)[name];
}
