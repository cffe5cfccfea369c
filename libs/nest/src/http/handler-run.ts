import { type Cache, CacheError, type LoadContext } from 'nuthatch/engine';
import { randomUUID } from 'node:crypto';
import { type Answered, runHandler } from './answered.js';
import { kindOf } from './error-kind.js';
import { headersLookedAt, type Keeping, keepingOf } from './keeping.js';
import { ABANDONED, type Kept, REFUSED } from './kept-response.js';
import { frozenHead, type ResponseHead } from './response-port.js';
import type { Visit } from './visit.js';

/** What runs of handlers share. */
export interface RunParts {
  /** The keys whose handlers are running. */
  readonly running: Set<string>;
  /** What handlers have thrown: it is theirs, even where it is an error of a cache that they use. */
  readonly thrown: WeakSet<object>;
  /** The contexts whose handlers are being run: an inner interceptor would wait for the very load that it is part of. */
  readonly visited: WeakSet<object>;
  readonly wallNow: () => number;
}

/** A load of one key by the handler of one request, in case it is this one that loads. */
export class HandlerRun {
  /** What the handler will have answered; `undefined` where it was not run by this load. */
  handling: Promise<Answered> | undefined;
  /** What the handler has answered to this request. */
  own: Answered | undefined;
  /** What the handler has thrown at a request that nobody waits for any more. */
  failure: { readonly error: unknown } | undefined;
  /** What has become of it. */
  keeping: Keeping | undefined;
  /** Tells the variants that this run has kept. */
  nonce = '';
  private isAnswered = false;

  constructor(
    private readonly parts: RunParts,
    private readonly visit: Visit,
    private readonly names: readonly string[],
  ) {}

  /** What is kept under a key, by whomever; where it is this request that loads, {@link own} is there. */
  async find(cache: Cache<unknown>, key: string): Promise<unknown> {
    const { route, response } = this.visit;
    const rules = route.loadRules.for(response?.header('cache-control'), cache);
    try {
      return await cache.getOrLoad(key, (context) => this.load(key, context), rules);
    } finally {
      // From here on the response belongs to what is answered now.
      this.isAnswered = true;
    }
  }

  /** Whether an error is the handler's, and so to be seen by the client. */
  isHandlers(error: unknown): boolean {
    return !(error instanceof CacheError) || this.parts.thrown.has(error);
  }

  private async load(key: string, context: LoadContext): Promise<Kept> {
    const { response, route } = this.visit;
    const mayBeLate = context.stale !== undefined && route.traits.usesResponse && response !== undefined;
    if (this.isAnswered || mayBeLate) return refuse(context);
    const before = response && frozenHead(response, headersLookedAt(this.visit));
    this.parts.running.add(key);
    try {
      const own = await this.handleFor(context);
      return own === undefined ? skip(context, ABANDONED) : await this.finish(own, context, before);
    } finally {
      this.parts.running.delete(key);
    }
  }

  private async finish(own: Answered, context: LoadContext, before: ResponseHead | undefined): Promise<Kept> {
    // Nobody will listen to what a load in the background goes on with.
    if (this.isAnswered && own.kind === 'stream') own.stream$.subscribe().unsubscribe();
    // What it sets on a response that is under way, or gone, is not what it has answered.
    const head = this.isAnswered ? before : this.visit.response;
    this.keeping = await this.judge(own, head);
    if (!this.isAnswered) this.own = own;
    return this.keep(context, this.keeping);
  }

  /** `undefined` where it failed after whoever asked had gone, and perhaps just because of that: those who wait are not to suffer for it. */
  private async handleFor(context: LoadContext): Promise<Answered | undefined> {
    try {
      return await this.handle();
    } catch (error) {
      const isAbandoned =
        !this.isAnswered && context.stale === undefined && this.visit.response?.isGone === true;
      if (!isAbandoned) throw error;
      this.failure = { error };
      return undefined;
    }
  }

  private async handle(): Promise<Answered> {
    const { next, response, context } = this.visit;
    const isOneAnswer = response !== undefined || context.getType<string>() === 'graphql';
    this.parts.visited.add(context);
    this.handling = runHandler(next.handle(), isOneAnswer);
    try {
      return await this.handling;
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.parts.thrown.add(error);
      throw error;
    }
  }

  /** What the options of a route do wrong costs the caching of its answer. */
  private async judge(own: Answered, head: ResponseHead | undefined): Promise<Keeping> {
    const { response, route } = this.visit;
    if (response?.isSent === true && head === response) return { kind: 'refused', why: 'sent' };
    try {
      return await keepingOf(this.visit, own, { head, now: this.parts.wallNow() });
    } catch (error) {
      route.warnOnce(
        'keeping',
        `its answer is not cached, since its ttl or tags function failed: ${kindOf(error)}`,
      );
      return { kind: 'refused', why: 'options' };
    }
  }

  private keep(context: LoadContext, keeping: Keeping): Kept {
    if (keeping.kind === 'refused') return refuse(context);
    const { ttl, tags, vary, response } = keeping;
    try {
      if (ttl !== undefined) context.setTtl(ttl);
      context.setTags(tags);
    } catch (error) {
      this.visit.route.warnOnce(
        'keeping',
        `its answer is not cached, since its ttl or tags are refused: ${kindOf(error)}`,
      );
      this.keeping = { kind: 'refused', why: 'options' };
      return refuse(context);
    }
    const isKnown = vary.every((name) => this.names.includes(name));
    if (isKnown) return response;
    this.nonce = randomUUID();
    return { nuthatch: 'variants', names: vary, nonce: this.nonce };
  }
}

function refuse(context: LoadContext): Kept {
  return skip(context, REFUSED);
}

function skip(context: LoadContext, kept: Kept): Kept {
  context.skip();
  return kept;
}
