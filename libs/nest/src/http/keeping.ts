import { parseDuration } from 'nuthatch/engine';
import type { Answered } from './answered.js';
import { copyBody, isStream } from './body-copy.js';
import { etagOf, jsonOf } from './etag.js';
import type { KeptResponse } from './kept-response.js';
import { isStillAsking } from './principal-of-context.js';
import type { ResponseHead } from './response-port.js';
import { storabilityOf } from './storability.js';
import type { Visit } from './visit.js';

/** What becomes of an answer. */
export type Keeping =
  | {
      readonly kind: 'kept';
      readonly response: KeptResponse;
      readonly ttl: number | undefined;
      readonly tags: readonly string[];
      /** The headers of the request that it says it depends on. */
      readonly vary: readonly string[];
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Headers that are part of the representation, and go with it. */
const REPRESENTATION = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'link',
  'location',
  'vary',
];
/** What belongs to one client or one connection is never kept, whatever an option says. */
const NEVER: ReadonlySet<string> = new Set([
  'set-cookie',
  'connection',
  'transfer-encoding',
  'content-length',
]);
/** What is looked at to decide. */
const DECIDING = ['set-cookie', 'pragma'];

/** The headers that are looked at, or kept, of answers of a route. */
export function headersLookedAt({ route }: Visit): readonly string[] {
  return [...REPRESENTATION, ...DECIDING, ...keptNames(route.options.headers)];
}

/** What becomes of what a handler has answered, and of the head of its response, where there is one. */
export async function keepingOf(
  visit: Visit,
  answered: Answered,
  { head, now }: { readonly head: ResponseHead | undefined; readonly now: number },
): Promise<Keeping> {
  if (answered.kind === 'stream') return refused('stream');
  if (!isStillAsking(visit)) return refused('late user');
  const storability = storableBy(visit, head, now);
  if (storability.kind === 'refused') return storability;
  const body = bodyOf(visit, answered.value);
  if (body === undefined) return refused('body');
  const ttl = await ttlOf(visit, storability.ttlMs);
  const response: KeptResponse = {
    nuthatch: 'response',
    ...representationOf(visit, head, body.etag),
    body: body.value,
    at: now,
    ttlMs: ttl === Infinity ? undefined : ttl,
  };
  return { kind: 'kept', response, ttl, tags: tagsOf(visit), vary: storability.vary };
}

/** What is kept of a head. The handler's own validator counts before ours. */
function representationOf(
  visit: Visit,
  head: ResponseHead | undefined,
  etag: string | undefined,
): Pick<KeptResponse, 'status' | 'headers' | 'etag'> {
  if (head === undefined) return { status: 200, headers: [] };
  const validator = head.status === 200 ? (head.header('etag') ?? etag) : undefined;
  return { status: head.status, headers: headersOf(visit, head), etag: validator };
}

function storableBy({ route, key }: Visit, head: ResponseHead | undefined, now: number) {
  if (head === undefined) return { kind: 'storable' as const, ttlMs: undefined, vary: [] };
  return storabilityOf({ head, statuses: route.statuses, isPrivate: key.principal.kind === 'someone', now });
}

/** A copy of the body, and its validator; `undefined` where it cannot be kept. */
function bodyOf(
  visit: Visit,
  body: unknown,
): { readonly value: unknown; readonly etag: string | undefined } | undefined {
  const { route, response } = visit;
  const copy = copyBody(body);
  if (copy === undefined) {
    if (!isStream(body))
      route.warnOnce('body', 'its answer is not cached, since it cannot be copied; return plain data');
    return undefined;
  }
  const wantsEtag = response !== undefined && route.options.etag !== false;
  const text = wantsEtag || copy.hasInstances ? jsonOf(body) : undefined;
  if (copy.hasInstances && !comesBack(visit, copy.value, text)) {
    const why =
      'its answer is not cached: instances of classes in it would not come back as they are; return plain data';
    route.warnOnce('body', why);
    return undefined;
  }
  return { value: copy.value, etag: wantsEtag && text !== undefined ? etagFor(visit, text) : undefined };
}

function etagFor({ key: { principal } }: Visit, text: string): string {
  return etagOf(text, principal.kind === 'someone' ? principal.id : '');
}

/**
 * Whether a copy with instances is as good as what was copied, and stays so. Only the rich codec refuses what it would not bring back: JSON makes plain
 * data of it, and a serializer that comes later would let secrets through.
 */
function comesBack({ route, cache }: Visit, copy: unknown, text: string | undefined): boolean {
  const { codec, store, sharedTier } = cache.info();
  if (text === undefined || jsonOf(copy) !== text || !codec.includes('rich')) return false;
  if (store !== undefined || sharedTier !== undefined)
    route.warnOnce(
      'instances',
      'its answers are kept in memory only, unless the codec knows the classes of their instances',
    );
  return true;
}

/** What a decorator says, before what the answer says, before what is said for all routes; else it is up to the cache. */
async function ttlOf({ route, context }: Visit, ofResponse: number | undefined): Promise<number | undefined> {
  const { ttl } = route;
  const chosen = typeof ttl === 'function' ? await ttl(context) : (ttl ?? ofResponse ?? route.options.ttl);
  return chosen === undefined ? undefined : parseDuration('ttl', chosen);
}

function tagsOf({ route, context, key, pathTag }: Visit): readonly string[] {
  const { tags = [] } = route.options;
  const chosen = typeof tags === 'function' ? tags(context) : tags;
  const own = chosen.map((tag) => `${key.prefix}${tag}`);
  return pathTag === undefined ? own : [...own, pathTag];
}

function headersOf({ route }: Visit, head: ResponseHead): (readonly [string, string])[] {
  const names = [...REPRESENTATION.filter((name) => name !== 'etag'), ...keptNames(route.options.headers)];
  return names.flatMap((name) => {
    const text = head.header(name);
    return text === undefined ? [] : [[name, text] as const];
  });
}

function keptNames(names: readonly string[] | undefined): readonly string[] {
  return names?.map((name) => name.toLowerCase()).filter((name) => !NEVER.has(name)) ?? [];
}

function refused(why: string): Keeping {
  return { kind: 'refused', why };
}
