import { digestOf, type IdentifiableRequest, type Principal } from './principal.js';
import { pathOf } from './query.js';
import { type HttpRequest, urlsOf } from './request-facts.js';

const LONGEST_PATH = 256;
/** A key that is longer than this becomes its digest. */
const LONGEST_KEY = 512;

/** What an entry is for. */
export interface KeyParts {
  /** Of the tenant; as it is. */
  readonly prefix: string;
  /** What is asked for, in words that a client may have chosen. */
  readonly asked: string;
  readonly principal: Principal;
  readonly headers: IdentifiableRequest['headers'];
}

/**
 * The key of an entry: what is asked for, and whose it is, and the headers of the request that it depends on. What is asked for cannot pass for the rest,
 * whatever it says, and neither a credential nor the value of a header is in a key but as a digest.
 */
export function keyOf({ prefix, asked, principal, headers }: KeyParts, varyNames: readonly string[]): string {
  const whose = principal.kind === 'someone' ? ` ~user:${principal.id}` : '';
  const variant = varyNames.length === 0 ? '' : ` ~vary:${digestOf(variantOf(headers, varyNames))}`;
  return `${prefix}${shortened(asked)}${whose}${variant}`;
}

/** The tag of all that is kept of a path, whatever its query, and whoever it is for. */
export function pathTag(prefix: string, request: HttpRequest): string {
  const path = pathOf(urlsOf(request)[0] ?? '');
  return `${prefix}http:${path.length > LONGEST_PATH ? `#${digestOf(path)}` : path}`;
}

function shortened(asked: string): string {
  if (asked.length > LONGEST_KEY) return `#${digestOf(asked)}`;
  return asked.includes(' ~') ? asked.replaceAll(' ~', ' ~~') : asked;
}

function variantOf(headers: IdentifiableRequest['headers'], names: readonly string[]): string {
  return names.map((name) => `${name}${part(headers[name])}`).join('');
}

/** A header that is not there differs from an empty one. */
function part(value: string | readonly string[] | undefined): string {
  if (value === undefined) return '-';
  const text = Array.isArray(value) ? JSON.stringify(value) : String(value);
  return `:${text.length}:${text}`;
}
