import { from, type Observable, of } from 'rxjs';
import type { Answer } from './answers.js';
import { copyBody } from './body-copy.js';
import { isKnownToClient } from './etag.js';
import type { KeptResponse } from './kept-response.js';
import type { ReplyHeaders } from './reply-headers.js';
import type { HttpRequest } from './request-facts.js';
import type { ResponsePort } from './response-port.js';

/** A request over HTTP and the response to it. */
export class HttpExchange {
  constructor(
    readonly request: HttpRequest,
    readonly response: ResponsePort,
    readonly headers: ReplyHeaders,
  ) {}

  /** Hands out an answer: its head at once, its body for whatever comes after. */
  reply(answer: Answer, isPrivate: boolean): Observable<unknown> {
    if (answer.kind === 'own') return this.replyOwn(answer, isPrivate);
    const { kept, isCollapsed } = answer;
    if (!this.response.isSent) {
      this.headers.hit(kept, isCollapsed);
      this.finish(kept, isPrivate);
    }
    // Whoever comes after may change what he is given.
    return of(bodyFor(kept.body));
  }

  private replyOwn(
    { own, kept, why }: Answer & { readonly kind: 'own' },
    isPrivate: boolean,
  ): Observable<unknown> {
    if (!this.response.isSent) {
      this.headers.miss(kept !== undefined, why);
      this.finish(kept, isPrivate);
    }
    return own.kind === 'value' ? of(own.value) : from(own.stream$);
  }

  /** The body goes on to those who come after and expect one; to a 304 it is not sent. */
  private finish(kept: KeptResponse | undefined, isPrivate: boolean): void {
    this.headers.forClients(kept, isPrivate);
    if (kept?.etag === undefined || kept.status !== 200) return;
    this.response.setHeader('ETag', kept.etag);
    const { headers } = this.request;
    const isReload = String(headers['cache-control'] ?? '').includes('no-cache');
    const known = headers['if-none-match'];
    if (!isReload && isKnownToClient(known === undefined ? undefined : String(known), kept.etag))
      this.response.setStatus(304);
  }
}

/** A copy of what is kept; what came from a store is nobody else's, should it not be one that is copied. */
export function bodyFor(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const copy = copyBody(body);
  return copy === undefined ? body : copy.value;
}
