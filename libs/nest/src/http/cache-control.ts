/** The directives of a `Cache-Control` header, in lower case; `undefined` where it cannot be read, or says one thing in two ways. */
export type Directives = ReadonlyMap<string, string | undefined>;

const NONE: Directives = new Map();

/** One directive, from where it begins: RFC 9110 tokens, and quoted strings. Anchored and without nested repetition, so it is linear. */
const DIRECTIVE =
  /[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)(?:=(?:([!#$%&'*+.^_`|~0-9a-z-]+)|"((?:[^"\\]|\\.)*)"))?[ \t]*(?:,|$)/iy;
const EMPTY_MEMBER = /[ \t]*,/y;
const DIGITS = /^\d+$/;
/** RFC 9111 has greater numbers taken for this one. */
const LONGEST_SECONDS = 2 ** 31;

/** Reads `Cache-Control`, RFC 9111 section 5.2. */
export function parseCacheControl(header: string): Directives | undefined {
  if (header.trim() === '') return NONE;
  const directives = new Map<string, string | undefined>();
  for (let at = 0; at < header.length;) {
    const member = memberAt(header, at);
    if (member === undefined) return undefined;
    at = member.end;
    if (member.name === undefined) continue;
    if (directives.has(member.name) && directives.get(member.name) !== member.value) return undefined;
    directives.set(member.name, member.value);
  }
  return directives;
}

/** The seconds that a directive gives: `undefined` where it is not there, `NaN` where it is no number. */
export function secondsOf(directives: Directives, name: string): number | undefined {
  if (!directives.has(name)) return undefined;
  const text = directives.get(name) ?? '';
  return DIGITS.test(text) ? Math.min(Number(text), LONGEST_SECONDS) : Number.NaN;
}

interface Member {
  readonly name: string | undefined;
  readonly value: string | undefined;
  readonly end: number;
}

function memberAt(header: string, at: number): Member | undefined {
  EMPTY_MEMBER.lastIndex = at;
  if (EMPTY_MEMBER.test(header)) return { name: undefined, value: undefined, end: EMPTY_MEMBER.lastIndex };
  DIRECTIVE.lastIndex = at;
  const [, name, token, quoted] = DIRECTIVE.exec(header) ?? [];
  if (name === undefined) return undefined;
  return { name: name.toLowerCase(), value: token ?? quoted, end: DIRECTIVE.lastIndex };
}
