import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { Cache } from 'nuthatch/engine';
import type { CacheManager } from '../cache-manager.js';
import { DEFAULT_CACHE } from '../tokens.js';
import { kindOf } from './error-kind.js';
import { type Carrier, carrierOf } from './principal-of-context.js';
import { requestOf } from './request-facts.js';
import { type KeyParts, pathTag } from './request-key.js';
import type { ResponsePort } from './response-port.js';
import type { Route } from './route.js';
import type { Visit } from './visit.js';

/** What comes in. */
export interface Incoming {
  readonly route: Route;
  readonly context: ExecutionContext;
  readonly next: CallHandler;
  readonly response: ResponsePort | undefined;
}

/** Makes visits of what comes in, and does for them what may fail, so that no request fails with it. */
export class Visits {
  constructor(private readonly caches: CacheManager) {}

  /** What is needed to answer from the cache; or, in a word, why it cannot be. */
  async of(
    incoming: Incoming,
    trackBy: () => string | undefined | Promise<string | undefined>,
  ): Promise<Visit | string> {
    const { route } = incoming;
    const cache = this.cacheOf(route);
    if (cache === undefined) return 'no-cache-open';
    try {
      const carrier = carrierOf(incoming.context, route.options);
      if (carrier.principal.kind === 'unidentified') return unidentified(route, carrier.principal.why);
      const answered = trackBy();
      const asked = typeof answered === 'string' ? answered : await answered;
      if (typeof asked !== 'string' || asked === '') return 'no-key';
      return this.visit(incoming, cache, { carrier, asked });
    } catch (error) {
      route.warnOnce(
        'key',
        `a request was answered without the cache, since its key cannot be made: ${kindOf(error)}`,
      );
      return 'no-key';
    }
  }

  /** Reads; what the cache does wrong is as if there was nothing. */
  async read<T>({ route }: Visit, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      route.warnOnce('cache', `answered without the cache, which failed: ${kindOf(error)}`);
      return undefined;
    }
  }

  /** Removes an entry. */
  async forget({ route, cache }: Visit, key: string): Promise<void> {
    try {
      await cache.delete(key);
    } catch (error) {
      route.warnOnce('forget', `an entry was not removed: ${kindOf(error)}`);
    }
  }

  /** Invalidates what carries a tag in the cache of a route. */
  async invalidate(route: Route, tagOf: (prefix: string) => string): Promise<void> {
    try {
      await this.cacheOf(route)?.invalidateTags(tagOf(this.caches.prefixOf(nameOf(route))));
    } catch (error) {
      route.warnOnce('invalidate', `what is kept of its path was not invalidated: ${kindOf(error)}`);
    }
  }

  private visit(
    incoming: Incoming,
    cache: Cache<unknown>,
    { carrier, asked }: { readonly carrier: Carrier; readonly asked: string },
  ): Visit {
    const { route, context, next, response } = incoming;
    const prefix = this.caches.prefixOf(nameOf(route));
    const tag = this.tagOf(incoming, prefix);
    // Every request makes one of these: a spread would cost it a microsecond.
    const key: KeyParts = { prefix, asked, principal: carrier.principal, headers: carrier.headers };
    return { route, context, cache, next, response, pathTag: tag, key };
  }

  private cacheOf(route: Route): Cache<unknown> | undefined {
    const cache = this.caches.find<unknown>(nameOf(route));
    if (cache instanceof Cache) return cache;
    route.warnOnce(
      'open',
      `its answers are not cached, since no cache ${JSON.stringify(nameOf(route))} is open`,
    );
    return undefined;
  }

  private tagOf({ context, route, response }: Incoming, prefix: string): string | undefined {
    if (response === undefined || route.options.invalidateOnUnsafe !== true) return undefined;
    const request = requestOf(context);
    return request && pathTag(prefix, request);
  }
}

function unidentified(route: Route, why: string): string {
  route.warnOnce(
    'principal',
    `a request was answered without the cache, since nothing tells whose it is: ${why}`,
  );
  return 'unidentified';
}

function nameOf({ options }: Route): string {
  return options.cache ?? DEFAULT_CACHE;
}
