import { type Duration, type LoadRules, parseDuration, type WriteOptions } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';

/** How results age, as far as it can be wrong before any call. */
export interface Ageing {
  readonly ttl?: unknown;
  readonly tti?: unknown;
  readonly grace?: unknown;
  readonly staleWhileRevalidate?: unknown;
  readonly negativeTtl?: unknown;
  readonly errorTtl?: unknown;
  readonly softTimeout?: unknown;
  readonly hardTimeout?: unknown;
  readonly tags?: unknown;
}

/** Those that are lengths of time and contradict nothing. */
const SPANS = ['tti', 'staleWhileRevalidate', 'negativeTtl', 'errorTtl'] as const;

type Rules = LoadRules & Omit<WriteOptions, 'ttl' | 'tags'>;

/** The options of every decorator that loads. The compiler sees to it that none is missing. */
export const LOAD_RULES: Readonly<Record<keyof Rules, true>> = {
  tti: true,
  staleWhileRevalidate: true,
  grace: true,
  negativeTtl: true,
  errorTtl: true,
  refreshAhead: true,
  earlyExpiration: true,
  softTimeout: true,
  hardTimeout: true,
  shouldServe: true,
  lease: true,
};

/** What of the options of a decorator is for the load, whatever else they say. */
export function loadRulesOf(options: Rules) {
  return {
    tti: options.tti,
    staleWhileRevalidate: options.staleWhileRevalidate,
    grace: options.grace,
    negativeTtl: options.negativeTtl,
    errorTtl: options.errorTtl,
    refreshAhead: options.refreshAhead,
    earlyExpiration: options.earlyExpiration,
    softTimeout: options.softTimeout,
    hardTimeout: options.hardTimeout,
    shouldServe: options.shouldServe,
    lease: options.lease,
  };
}

/**
 * Says before the first call what each call would say.
 * @throws CacheError `bad_declaration`, `bad_option` naming the method or class.
 */
export function checkAgeing(where: string, options: Ageing): void {
  for (const name of SPANS) span(where, name, options[name]);
  const [grace, soft, hard] = (['grace', 'softTimeout', 'hardTimeout'] as const).map((name) =>
    span(where, name, options[name]),
  );
  // A function is asked for each value.
  const ttl = typeof options.ttl === 'function' ? undefined : span(where, 'ttl', options.ttl);
  if (soft !== undefined && hard !== undefined && soft > hard)
    throw badDeclaration(
      where,
      `softTimeout must be at most the hardTimeout, which is ${hard} ms, got ${soft}`,
    );
  if (grace !== undefined && ttl !== undefined && ttl !== Infinity && grace < ttl)
    throw badDeclaration(
      where,
      `grace must be at least the ttl, which is ${ttl} ms and part of it, got ${grace}`,
    );
  checkTags(where, options.tags);
}

function checkTags(where: string, tags: unknown): void {
  if (tags === undefined || typeof tags === 'function') return;
  const isList = Array.isArray(tags) && tags.every((tag) => typeof tag === 'string' && tag !== '');
  if (!isList) throw badDeclaration(where, 'tags must be a list of non-empty strings, or a function');
}

function span(where: string, option: string, duration: unknown): number | undefined {
  // What is no duration is refused.
  return duration === undefined ? undefined : parseDuration(`${where}: ${option}`, duration as Duration);
}
