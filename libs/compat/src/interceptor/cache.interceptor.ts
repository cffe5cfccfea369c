import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { type Principal, principalOfContext } from 'nuthatch';
import { cacheKey } from 'nuthatch/engine';
import { type Observable, of } from 'rxjs';
import type { CacheKeyFactory } from '../decorators/cache-key.decorator.js';
import type { CacheTTLFactory } from '../decorators/cache-ttl.decorator.js';
import type { Loose } from '../loose.js';
import { insideOf } from '../manager/inside.js';
import { CACHE_KEY_METADATA, CACHE_MANAGER, CACHE_TTL_METADATA } from '../tokens.js';
import { Answers, type Call } from './answers.js';
import { Bypass } from './bypass.js';
import { logFailure } from './failures.js';

/**
 * Keeps what handlers answer: by URL on `GET`, and by `@CacheKey` everywhere. Who asks with credentials has answers of his own, whatever
 * the key; handlers that write the response themselves, or stream, are left alone. For one handler, a controller, or as `APP_INTERCEPTOR`.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  @Optional()
  @Inject(HttpAdapterHost)
  protected readonly httpAdapterHost!: HttpAdapterHost;

  /** The methods of HTTP whose answers are kept by URL. */
  protected allowedMethods: string[] = ['GET'];

  // Not `private`: a subclass may have a member of that name.
  readonly #answers: Answers;
  readonly #bypass = new Bypass();

  constructor(
    @Inject(CACHE_MANAGER) protected readonly cacheManager: Loose,
    protected readonly reflector: Reflector,
  ) {
    this.#answers = new Answers(cacheManager);
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<Loose>> {
    if (this.#bypass.has(context)) return next.handle();
    const key = await this.trackBy(context);
    if (!key) return next.handle();
    const person = this.#personOf(context);
    if (person === null) return next.handle();
    const call: Call = { context, key, person, isStillTheirs: () => this.#personOf(context) === person };
    if (this.#answers.isUnderWay(call)) return next.handle();
    const found = await this.#find(call);
    if (found.kind === 'failed') return next.handle();
    return found.kind === 'hit' ? of(found.value) : this.#answers.load(found.call, next);
  }

  /** The key of a call; nothing leaves it uncached. Who asks need not be part of it. */
  protected trackBy(
    context: ExecutionContext,
  ): Promise<string | undefined | null> | string | undefined | null {
    const key: string | CacheKeyFactory | undefined = this.reflector.get(
      CACHE_KEY_METADATA,
      context.getHandler(),
    );
    if (typeof key === 'function') return key(context);
    if (key) return context.getType<string>() === 'graphql' ? keyWithArguments(key, context) : key;
    if (context.getType() !== 'http' || !this.isRequestCacheable(context)) return undefined;
    return this.httpAdapterHost?.httpAdapter?.getRequestUrl?.(context.getArgByIndex(0));
  }

  /** Whether a request without `@CacheKey` is cached. */
  protected isRequestCacheable(context: ExecutionContext): boolean {
    const { method } = context.switchToHttp().getRequest<{ method: string }>();
    return this.allowedMethods.includes(method);
  }

  /** Sends `X-Cache`: `HIT` with the value that was found, `MISS` where that is `undefined`. */
  protected setHeadersWhenHttp(context: ExecutionContext, value: Loose): void {
    const httpAdapter = this.httpAdapterHost?.httpAdapter;
    if (!httpAdapter || context.getType() !== 'http') return;
    const response: unknown = context.switchToHttp().getResponse();
    httpAdapter.setHeader(response, 'X-Cache', value === undefined ? 'MISS' : 'HIT');
  }

  /**
   * Whose the answer is. Told from `request.user`, credentials in headers, and cookies; of a socket from its handshake, of a message from its metadata or headers. It is
   * asked again before the answer is kept: where it says something else then, since an interceptor or pipe has set the user, nothing is. A subclass
   * whose keys say it already may answer `{ kind: 'anyone' }`. Everybody's with `compat: 'strict'`.
   */
  protected principalFor(context: ExecutionContext): Principal {
    const inside = insideOf(this.cacheManager);
    return inside?.isStrict === true ? { kind: 'anyone' } : principalOfContext(context, inside?.principal);
  }

  /** `undefined` for nobody in particular, `null` where it cannot be told. */
  #personOf(context: ExecutionContext): string | undefined | null {
    try {
      const principal = this.principalFor(context);
      if (principal.kind === 'unidentified') return null;
      return principal.kind === 'someone' ? principal.id : undefined;
    } catch (error) {
      logFailure(context, 'whose its answer is could not be told', error);
      return null;
    }
  }

  /** A cache that fails serves nobody: the handler runs, and its answer is not kept. */
  async #find(call: Call): Promise<Found> {
    const { context } = call;
    try {
      const value = await this.#answers.find(call);
      this.setHeadersWhenHttp(context, value);
      if (value !== undefined) return { kind: 'hit', value };
      const ttl = await this.#ttlOf(context);
      return { kind: 'miss', call: { ...call, ttl } };
    } catch (error) {
      logFailure(context, 'its answer could not be looked for in the cache', error);
      return { kind: 'failed' };
    }
  }

  async #ttlOf(context: ExecutionContext): Promise<number | undefined> {
    const places = [context.getHandler(), context.getClass()];
    const ttl: number | CacheTTLFactory | undefined = this.reflector.getAllAndOverride(
      CACHE_TTL_METADATA,
      places,
    );
    return (typeof ttl === 'function' ? await ttl(context) : ttl) ?? undefined;
  }
}

type Found =
  | { readonly kind: 'hit'; readonly value: unknown }
  | { readonly kind: 'miss'; readonly call: Call }
  | { readonly kind: 'failed' };

/** A resolver is asked with arguments, and another answer belongs to each. Nothing where they have no place in a key. */
function keyWithArguments(key: string, context: ExecutionContext): string | undefined {
  const args: unknown = context.getArgByIndex(1);
  if (typeof args !== 'object' || args === null || Object.keys(args).length === 0) return key;
  try {
    return `${key}:${cacheKey(args)}`;
  } catch {
    // Such as an upload: it is asked for anew each time.
    return undefined;
  }
}
