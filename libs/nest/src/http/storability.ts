import { type Directives, parseCacheControl, secondsOf } from './cache-control.js';
import { listOf, type ResponseHead } from './response-port.js';

/** What is asked of a response. */
export interface Candidate {
  readonly head: ResponseHead;
  readonly statuses: readonly number[];
  /** Whether the entry is one user's own. */
  readonly isPrivate: boolean;
  /** Wall time in epoch milliseconds, to read `Expires` by. */
  readonly now: number;
}

/** Whether a response may be kept, and for how long, where it says so itself. */
export type Storability =
  | { readonly kind: 'storable'; readonly ttlMs: number | undefined; readonly vary: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string };

/** Directives that say nothing against keeping. One that is not known may be a prohibition with a typing error. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  'public',
  'private',
  'max-age',
  's-maxage',
  'must-revalidate',
  'proxy-revalidate',
  'no-transform',
  'immutable',
  'stale-while-revalidate',
  'stale-if-error',
]);

/** As RFC 9111 section 3 has it, and stricter where it leaves a choice: what is not understood is not kept. */
export function storabilityOf(candidate: Candidate): Storability {
  const { head, statuses } = candidate;
  if (!statuses.includes(head.status)) return refused(`status ${head.status}`);
  if (head.header('set-cookie') !== undefined) return refused('set-cookie');
  const vary = listOf(head.header('vary'));
  if (vary.includes('*')) return refused('vary *');
  const life = lifeOf(candidate);
  return typeof life === 'string' ? refused(life) : { kind: 'storable', ttlMs: life.ttlMs, vary };
}

/** The life that a response gives itself, or what it says against being kept. */
function lifeOf({ head, isPrivate, now }: Candidate): { readonly ttlMs: number | undefined } | string {
  const text = head.header('cache-control');
  if (text === undefined)
    return head.header('pragma')?.includes('no-cache') === true ? 'pragma' : expiresIn(head, now);
  const directives = parseCacheControl(text);
  const prohibition =
    directives === undefined ? 'malformed cache-control' : prohibitionIn(directives, isPrivate);
  if (directives === undefined || prohibition !== undefined) return prohibition ?? 'malformed cache-control';
  const seconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  return seconds === undefined ? expiresIn(head, now) : { ttlMs: seconds * 1000 };
}

function prohibitionIn(directives: Directives, isPrivate: boolean): string | undefined {
  for (const name of directives.keys()) if (!UNDERSTOOD.has(name)) return known(name);
  if (directives.has('private') && !isPrivate) return 'private';
  for (const name of ['max-age', 's-maxage']) {
    const seconds = secondsOf(directives, name);
    if (seconds !== undefined && !(seconds > 0)) return name;
  }
  return undefined;
}

/** Only what the standard names is told in a header. */
function known(name: string): string {
  return name === 'no-store' || name === 'no-cache' ? name : 'unknown directive';
}

function expiresIn(head: ResponseHead, now: number): { readonly ttlMs: number | undefined } | string {
  const expires = head.header('expires');
  if (expires === undefined) return { ttlMs: undefined };
  const ttlMs = Date.parse(expires) - now;
  return ttlMs > 0 ? { ttlMs } : 'expires';
}

function refused(why: string): Storability {
  return { kind: 'refused', why };
}
