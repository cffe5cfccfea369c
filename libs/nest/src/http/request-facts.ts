import type { ExecutionContext } from '@nestjs/common';
import { parseCacheControl, secondsOf } from './cache-control.js';
import type { IdentifiableRequest } from './principal.js';

/** A request of Express or Fastify over HTTP. */
export interface HttpRequest extends IdentifiableRequest {
  readonly method: string;
}

/** Whether this is a request of one of the platforms that are known. */
export function isHttpRequest(request: unknown): request is HttpRequest {
  if (typeof request !== 'object' || request === null) return false;
  const { method, headers } = request as { readonly method?: unknown; readonly headers?: unknown };
  return typeof method === 'string' && typeof headers === 'object' && headers !== null;
}

/** The URL that was asked for; and the one that was made of it, where somebody has rewritten it. */
export function urlsOf(request: HttpRequest): readonly string[] {
  const raw = request['raw'] as { readonly url?: unknown; readonly originalUrl?: unknown } | undefined;
  const url = String(request['url'] ?? raw?.url ?? '');
  const original = request['originalUrl'] ?? raw?.originalUrl;
  return typeof original !== 'string' || original === url ? [url] : [original, url];
}

/** The host that was asked for, and beside it the one that a trusted proxy has said instead. */
export function hostOf(request: HttpRequest): string {
  const { headers } = request;
  const asked = String(headers['host'] ?? headers[':authority'] ?? '');
  const seen = request['host'];
  return typeof seen !== 'string' || seen === asked ? asked : JSON.stringify([asked, seen]);
}

/** Names by which a client has another method be run than it names. */
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/** What of a request is not part of a key and may change the answer, so that the cache is passed by; `undefined` where nothing is. */
export function oddityOf({ headers, method }: HttpRequest): string | undefined {
  if (headers['range'] !== undefined) return 'range';
  if (OVERRIDES.some((name) => headers[name] !== undefined)) return 'method-override';
  // What only a subclass allows is told by the key that it makes.
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
    ? 'body'
    : undefined;
}

/** What a client asks of caches. */
export type ClientWish = 'no-store' | 'no-cache' | 'only-if-cached' | undefined;

export function clientWish({ headers }: HttpRequest): ClientWish {
  const text = headers['cache-control'];
  if (text === undefined) return headers['pragma'] === 'no-cache' ? 'no-cache' : undefined;
  const directives = parseCacheControl(String(text));
  if (directives === undefined || directives.has('no-store')) return 'no-store';
  if (directives.has('no-cache') || secondsOf(directives, 'max-age') === 0) return 'no-cache';
  return directives.has('only-if-cached') ? 'only-if-cached' : undefined;
}

/** The request of a context over HTTP; `undefined` of every other. */
export function requestOf(context: ExecutionContext): HttpRequest | undefined {
  const request: unknown = context.switchToHttp().getRequest();
  return isHttpRequest(request) ? request : undefined;
}
