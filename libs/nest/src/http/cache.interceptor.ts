import {
  type CallHandler,
  type ExecutionContext,
  GatewayTimeoutException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { type Clock, systemClock } from 'nuthatch/engine';
import { concat, defer, from, ignoreElements, type Observable, of } from 'rxjs';
import { CacheManager } from '../cache-manager.js';
import { type Answer, Answers } from './answers.js';
import { askedOf } from './asked.js';
import { findHttpOptions } from './http-cache-options.js';
import { bodyFor, HttpExchange } from './http-exchange.js';
import { ReplyHeaders } from './reply-headers.js';
import { clientWish, oddityOf, requestOf } from './request-facts.js';
import { pathTag } from './request-key.js';
import { responsePort } from './response-port.js';
import { type Route, Routes } from './route.js';
import type { Visit } from './visit.js';
import { Visits } from './visits.js';

/** What an interceptor works with, found when it is first asked: by then all providers are there. */
interface Parts {
  readonly clock: Clock;
  readonly routes: Routes;
  readonly answers: Answers;
  readonly visits: Visits;
}

/** Requests that change nothing. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Answers requests from a cache, and runs handlers where nobody has asked before: once for all who ask for the same at the same time. What a request says of
 * who asks is part of the key, and what a response forbids is not kept. Use it by `@UseInterceptors(CacheInterceptor)`, or as `APP_INTERCEPTOR`.
 *
 * To say yourself what is cached, and under which key, extend it: `allowedMethods`, `isRequestCacheable` and `trackBy` are there to be overridden.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  /** The methods that are answered from the cache. `HEAD` is answered from what a `GET` has left, and leaves nothing itself. */
  protected readonly allowedMethods: readonly string[] = ['GET', 'HEAD'];
  private parts: Parts | undefined;

  constructor(
    protected readonly caches: CacheManager,
    private readonly modules: ModuleRef,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    // Another interceptor would wait for the very load that it is part of.
    if (this.caches.visited.has(context)) return next.handle();
    const route = this.found.routes.of(context);
    if (context.getType() === 'http') return this.overHttp(context, next, route);
    if (route.options.enabled === false) return next.handle();
    const visit = await this.found.visits.of({ context, route, next, response: undefined }, () =>
      this.trackBy(context),
    );
    if (typeof visit === 'string') return next.handle();
    return bodyOf(await this.found.answers.answer(visit));
  }

  /**
   * What a context asks for, as a key, to which who asks, the headers of `Vary` and the tenant are added; `undefined` where it is not to be cached.
   * By default what `@CacheKey` says, or else the URL, or the GraphQL query.
   */
  protected trackBy(context: ExecutionContext): string | undefined | Promise<string | undefined> {
    return askedOf(context, this.found.routes.of(context));
  }

  /** Whether a request over HTTP may be answered from the cache; by its method, by default. */
  protected isRequestCacheable(context: ExecutionContext): boolean {
    const request = requestOf(context);
    return request !== undefined && this.allowedMethods.includes(request.method);
  }

  private get found(): Parts {
    return (this.parts ??= this.find());
  }

  private find(): Parts {
    const options = findHttpOptions(this.modules);
    const clock = options.clock ?? systemClock;
    const [routes, answers] = [new Routes(options), new Answers(clock, this.caches.visited)];
    return { clock, routes, answers, visits: new Visits(this.caches) };
  }

  private async overHttp(
    context: ExecutionContext,
    next: CallHandler,
    route: Route,
  ): Promise<Observable<unknown>> {
    const request = requestOf(context);
    const response = responsePort(context.switchToHttp().getResponse());
    if (request === undefined || response === undefined) return next.handle();
    const headers = new ReplyHeaders(response, route.options, this.found.clock);
    const exchange = new HttpExchange(request, response, headers);
    if (!this.isRequestCacheable(context)) return this.otherMethod(exchange, next, route);
    const why = this.whyPassed(exchange, route);
    if (why !== undefined) return passed(exchange, next, why);
    const visit = await this.found.visits.of({ context, route, next, response }, () => this.trackBy(context));
    if (typeof visit === 'string') return passed(exchange, next, visit);
    const answer = await this.answerHttp(exchange, visit);
    if (answer === undefined) return passed(exchange, next, 'head');
    return exchange.reply(answer, visit.key.principal.kind === 'someone');
  }

  /** `undefined` where the handler is to answer, and what it answers not to be kept. */
  private async answerHttp({ request }: HttpExchange, visit: Visit): Promise<Answer | undefined> {
    const { answers } = this.found;
    const wish = visit.route.options.obeyClients === true ? clientWish(request) : undefined;
    if (wish === 'no-cache') await this.found.visits.forget(visit, answers.keyFor(visit));
    if (request.method === 'HEAD') return this.found.visits.read(visit, () => answers.peek(visit));
    if (wish !== 'only-if-cached') return answers.answer(visit);
    const kept = await this.found.visits.read(visit, () => answers.peek(visit));
    if (kept === undefined) throw new GatewayTimeoutException('this is not in the cache');
    return kept;
  }

  private whyPassed({ request }: HttpExchange, { options, traits }: Route): string | undefined {
    if (options.enabled === false) return 'no-cache';
    const why = traits.leftAlone ?? oddityOf(request);
    if (why !== undefined || options.obeyClients !== true) return why;
    return clientWish(request) === 'no-store' ? 'no-store' : undefined;
  }

  private otherMethod(exchange: HttpExchange, next: CallHandler, route: Route): Observable<unknown> {
    const { request, response, headers } = exchange;
    headers.passed('method');
    const handled = next.handle();
    if (route.options.invalidateOnUnsafe !== true || SAFE.has(request.method)) return handled;
    const invalidated = defer(async () => {
      if (response.status < 400)
        await this.found.visits.invalidate(route, (prefix) => pathTag(prefix, request));
    });
    return concat(handled, invalidated.pipe(ignoreElements()));
  }
}

function passed({ headers }: HttpExchange, next: CallHandler, why: string): Observable<unknown> {
  headers.passed('bypass', why);
  return next.handle();
}

function bodyOf(answer: Answer): Observable<unknown> {
  if (answer.kind === 'kept') return of(bodyFor(answer.kept.body));
  return answer.own.kind === 'value' ? of(answer.own.value) : from(answer.own.stream$);
}
