import { isCredentialParameter } from './credential-headers.js';
import { digestOf } from './principal.js';
import type { QueryRules } from './response-options.js';

/** A parser of queries may drop what is beyond such a number, and so what counts would depend on the order. */
const MOST_SORTED = 100;

/** A parameter as it was written, and what parsers group by. */
interface Parameter {
  readonly text: string;
  readonly name: string;
  readonly group: string;
}

/**
 * A URL by which requests that mean the same have the same key: the parameters of its query by name, those of one name in their order, without those that
 * the rules leave out, and with digests in the place of credentials. Where parsers differ in what it means, its whole query becomes a digest.
 */
export function normalizeUrl(url: string, rules: QueryRules | undefined): string {
  const bare = url.includes(' ') ? url.replaceAll(' ', '%20') : url;
  const start = bare.indexOf('?');
  if (start === -1) return bare;
  const pairs = bare
    .slice(start + 1)
    .split('&')
    .filter((pair) => pair !== '');
  if (pairs.length > MOST_SORTED || bare.includes('#')) return `${bare.slice(0, start)}?#${digestOf(bare)}`;
  const kept = pairs.map(parameterOf).filter((parameter) => counts(parameter, rules));
  if (kept.length > 1)
    kept.sort((one, other) => (one.group < other.group ? -1 : Number(one.group > other.group)));
  const path = bare.slice(0, start);
  return kept.length === 0 ? path : `${path}?${kept.map(({ text }) => text).join('&')}`;
}

/** The path of a URL. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** `a[b]`, `[a]` and `a.b` are parts of `a` to some parsers, whatever way the name is escaped. */
function parameterOf(text: string): Parameter {
  const end = text.indexOf('=');
  const name = decoded(end === -1 ? text : text.slice(0, end));
  const group = /[[\].]/.test(name) ? (/[^[\].]+/.exec(name)?.[0] ?? name) : name;
  const isSecret = end !== -1 && isCredentialParameter(name);
  return { text: isSecret ? `${text.slice(0, end)}=#${digestOf(text.slice(end))}` : text, name, group };
}

function counts({ name, group }: Parameter, rules: QueryRules | undefined): boolean {
  if (rules === undefined || isCredentialParameter(name)) return true;
  if (rules.only !== undefined && !matches(rules.only, name) && !matches(rules.only, group)) return false;
  return rules.ignore === undefined || !matches(rules.ignore, name);
}

function matches(names: readonly string[], name: string): boolean {
  return names.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
}

function decoded(name: string): string {
  if (!/[%+]/.test(name)) return name;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    // What cannot be decoded is its own name, to parsers as well.
    return name;
  }
}
