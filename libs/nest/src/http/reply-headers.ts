import type { Clock } from 'nuthatch/engine';
import type { KeptResponse } from './kept-response.js';
import type { CacheResponseOptions } from './response-options.js';
import type { ResponsePort } from './response-port.js';

/** Where an answer comes from, as `Cache-Status` (RFC 9211) names it. */
export type Forward = 'miss' | 'method' | 'bypass' | 'request';

/** Says on a response where it comes from, and how old it is. Never a key, and nothing that a client has sent. */
export class ReplyHeaders {
  constructor(
    private readonly response: ResponsePort,
    private readonly options: CacheResponseOptions,
    private readonly clock: Clock,
  ) {}

  /** Answered from what is kept. */
  hit(kept: KeptResponse, isCollapsed: boolean): void {
    const { response } = this;
    const ageMs = Math.max(0, this.clock.wallNow() - kept.at);
    if (response.status !== kept.status) response.setStatus(kept.status);
    for (const [name, value] of kept.headers) response.setHeader(name, value);
    if (!isCollapsed) response.setHeader('Age', String(Math.floor(ageMs / 1000)));
    if (isCollapsed) this.status('MISS', 'fwd=miss; collapsed');
    else this.status('HIT', kept.ttlMs === undefined ? 'hit' : `hit; ttl=${secondsLeft(kept, ageMs)}`);
  }

  /** Answered by the handler. */
  miss(isStored: boolean, detail: string): void {
    this.status('MISS', isStored ? 'fwd=miss; stored' : `fwd=miss; detail=${token(detail)}`);
  }

  /** Answered by the handler, without a look into the cache. */
  passed(forward: Forward, detail?: string): void {
    this.status(
      undefined,
      detail === undefined ? `fwd=${forward}` : `fwd=${forward}; detail=${token(detail)}`,
    );
  }

  /** What clients are to do with it, where nobody has said so. */
  forClients(kept: KeptResponse | undefined, isPrivate: boolean): void {
    const { cacheControl } = this.options;
    if (cacheControl === undefined || this.response.header('cache-control') !== undefined) return;
    if (cacheControl !== true) return this.response.setHeader('Cache-Control', cacheControl);
    if (kept?.ttlMs === undefined) return;
    const seconds = Math.max(0, secondsLeft(kept, 0));
    this.response.setHeader('Cache-Control', `${isPrivate ? 'private' : 'public'}, max-age=${seconds}`);
  }

  private status(outcome: 'HIT' | 'MISS' | undefined, how: string): void {
    if (this.options.statusHeaders === false || this.response.isSent) return;
    if (outcome !== undefined) this.response.setHeader('X-Cache', outcome);
    this.response.setHeader('Cache-Status', `nuthatch; ${how}`);
  }
}

function secondsLeft({ ttlMs = 0 }: KeptResponse, ageMs: number): number {
  return Math.floor((ttlMs - ageMs) / 1000);
}

/** Our own words, as a header may have them. */
function token(detail: string): string {
  return detail.replaceAll(/[^a-z0-9*]+/gi, '-');
}
