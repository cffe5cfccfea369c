import { ServiceUnavailableException } from '@nestjs/common';
import { CacheError, type Clock } from 'nuthatch/engine';
import { type Answered, runHandler } from './answered.js';
import { kindOf } from './error-kind.js';
import { HandlerRun, type RunParts } from './handler-run.js';
import { asKept, type Kept, type KeptResponse } from './kept-response.js';
import { Passes } from './passes.js';
import { keyOf } from './request-key.js';
import { listOf } from './response-port.js';
import type { Visit } from './visit.js';

/** What a request is answered. */
export type Answer =
  /** By what is kept, which may just have been loaded for somebody else. */
  | { readonly kind: 'kept'; readonly kept: KeptResponse; readonly isCollapsed: boolean }
  /** By its own handler. */
  | {
      readonly kind: 'own';
      readonly own: Answered;
      readonly kept: KeptResponse | undefined;
      readonly why: string;
    };

/** A response may depend on more headers each time; beyond so many it is not worth keeping. */
const MOST_TURNS = 4;
const MOST_VARY_NAMES = 16;

/** Answers requests from the cache, or else by their handlers: one run for all who ask for the same, where its answer is for all of them. */
export class Answers {
  private readonly parts: RunParts;
  private readonly passes: Passes;

  constructor(clock: Clock, visited: WeakSet<object>) {
    this.parts = { running: new Set(), thrown: new WeakSet(), visited, wallNow: () => clock.wallNow() };
    this.passes = new Passes(() => clock.now());
  }

  /** @throws what the handler throws, also to those who waited for it; a 503 where it takes too long. */
  async answer(visit: Visit): Promise<Answer> {
    let names = visit.route.varyNames(listOf(visit.response?.header('vary')));
    for (let turn = 0; turn < MOST_TURNS && names.length <= MOST_VARY_NAMES && !names.includes('*'); turn++) {
      const key = keyOf(visit.key, names);
      if (this.passes.has(key)) return this.byItself(visit, 'for-one');
      const answer = await this.find(visit, key, names);
      if ('kind' in answer) return answer;
      if (answer.nuthatch === 'abandoned') continue;
      if (answer.nuthatch !== 'variants') return this.byItself(visit, 'for-one');
      names = [...new Set([...names, ...answer.names])].sort();
    }
    return this.byItself(visit, 'vary');
  }

  /** What is kept for a request, without running its handler. */
  async peek(visit: Visit): Promise<Answer | undefined> {
    let names = visit.route.varyNames(listOf(visit.response?.header('vary')));
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const kept = asKept(await visit.cache.get(keyOf(visit.key, names)));
      if (kept?.nuthatch === 'response') return { kind: 'kept', kept, isCollapsed: false };
      if (kept?.nuthatch !== 'variants') return undefined;
      names = [...new Set([...names, ...kept.names])].sort();
    }
    return undefined;
  }

  /** The keys under which an answer may be kept, as far as is known. */
  keyFor(visit: Visit): string {
    return keyOf(visit.key, visit.route.varyNames(listOf(visit.response?.header('vary'))));
  }

  /** Runs the handler for this request alone. */
  async byItself({ next, response, context }: Visit, why: string): Promise<Answer> {
    this.parts.visited.add(context);
    const own = await runHandler(
      next.handle(),
      response !== undefined || context.getType<string>() === 'graphql',
    );
    return { kind: 'own', own, kept: undefined, why };
  }

  private async find(visit: Visit, key: string, names: readonly string[]): Promise<Answer | Kept> {
    const run = new HandlerRun(this.parts, visit, names);
    const { running } = this.parts;
    const isCollapsed = running.size > 0 && running.has(key);
    try {
      const found = await run.find(visit.cache, key);
      if (run.failure !== undefined) throw run.failure.error;
      if (run.own !== undefined) return this.ownAnswer(visit, run, { key, names });
      const kept = asKept(found);
      if (kept === undefined) return await this.foreign(visit);
      if (kept.nuthatch === 'refused') this.passes.add(key);
      return kept.nuthatch === 'response' ? { kind: 'kept', kept, isCollapsed } : kept;
    } catch (error) {
      return this.rescued(visit, run, error);
    }
  }

  private ownAnswer(
    visit: Visit,
    { own, keeping, nonce }: HandlerRun,
    { key, names }: { readonly key: string; readonly names: readonly string[] },
  ): Answer {
    // Asked only where there is one.
    const answered = own as Answered;
    if (keeping?.kind !== 'kept')
      return { kind: 'own', own: answered, kept: undefined, why: keeping?.why ?? 'late' };
    const { response, vary, ttl, tags } = keeping;
    const more = vary.filter((name) => !names.includes(name));
    if (more.length > 0) {
      visit.route.learn(more);
      // Where the mark was not kept, something was invalidated meanwhile, and so is the response.
      const mark = asKept(visit.cache.peek(key));
      const isValid = mark?.nuthatch === 'variants' && mark.nonce === nonce;
      if (isValid) this.keepVariant(visit, [...names, ...more].sort(), { response, ttl, tags });
    }
    return { kind: 'own', own: answered, kept: response, why: '' };
  }

  /** Begins at once, so that those who have waited with this request find it loading. */
  private keepVariant(
    { cache, key, route }: Visit,
    names: readonly string[],
    {
      response,
      ttl,
      tags,
    }: { readonly response: KeptResponse } & Pick<Parameters<typeof cacheOptions>[0], 'ttl' | 'tags'>,
  ): void {
    cache
      .getOrLoad(keyOf(key, names), () => response, cacheOptions({ ttl, tags }))
      .catch((error: unknown) => route.warnOnce('variant', `a variant was not kept: ${kindOf(error)}`));
  }

  /** A key that was chosen may be somebody else's as well. */
  private foreign(visit: Visit): Promise<Answer> {
    visit.route.warnOnce(
      'foreign',
      'its key holds something that is no response; choose another @CacheKey, or another cache',
    );
    return this.byItself(visit, 'foreign-entry');
  }

  /** What the cache does wrong costs no request. */
  private async rescued(visit: Visit, run: HandlerRun, error: unknown): Promise<Answer> {
    if (run.isHandlers(error)) throw error;
    if (error instanceof CacheError && error.code === 'load_timeout')
      throw new ServiceUnavailableException('the answer took too long', { cause: error });
    visit.route.warnOnce('cache', `answered without the cache, which failed: ${kindOf(error)}`);
    const own = await run.handling;
    return own === undefined
      ? this.byItself(visit, 'cache-failed')
      : { kind: 'own', own, kept: undefined, why: 'cache-failed' };
  }
}

function cacheOptions({ ttl, tags }: { readonly ttl: number | undefined; readonly tags: readonly string[] }) {
  return ttl === undefined ? { tags } : { ttl, tags };
}
