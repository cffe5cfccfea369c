import { type Duration, parseDuration } from './kernel/duration.js';
import { badOption } from './kernel/errors.js';
import { assertGrace, type LifeRules, type Ttl, type WriteOptions } from './kernel/life.js';
import type { Partially, Problems } from './kernel/problems.js';

/** How entries of a cache age; each may be left out, and said otherwise by a single write or load. */
export interface LifeOptions<V> extends Omit<WriteOptions<V>, 'tags'> {
  /** How long an entry lives, or a function that answers that of a value; for ever by default. */
  readonly ttl?: Ttl<V> | undefined;
  /** No entry lives longer than this, whatever it is given. */
  readonly maxTtl?: Duration | undefined;
  /** Shortens each life by a random share, up to this one of it, so that what is written together does not expire together; 0 by default. */
  readonly ttlJitter?: number | undefined;
}

/** The rules that are asked for; what is wrong is left to `problems`. */
export function resolveLife<V>(options: LifeOptions<V>, problems: Problems): Partially<LifeRules<V>> {
  const { ttl = Infinity } = options;
  const duration = (name: 'tti' | 'maxTtl' | 'staleWhileRevalidate' | 'grace', otherwise: number) =>
    problems.check(() => (options[name] === undefined ? otherwise : parseDuration(name, options[name])));
  const rules = {
    ttl: problems.check(() => (typeof ttl === 'function' ? ttl : parseDuration('ttl', ttl))),
    maxTtlMs: duration('maxTtl', Infinity),
    ttlJitter: problems.check(() => parseJitter(options.ttlJitter ?? 0)),
    idleMs: duration('tti', Infinity),
    staleMs: duration('staleWhileRevalidate', 0),
    graceMs: duration('grace', 0),
  };
  const { graceMs = 0, ttl: given, maxTtlMs = Infinity } = rules;
  if (typeof given === 'number') problems.check(() => assertGrace(graceMs, Math.min(given, maxTtlMs)));
  return rules;
}

function parseJitter(jitter: number): number {
  if (typeof jitter === 'number' && jitter >= 0 && jitter < 1) return jitter;
  throw badOption('ttlJitter', 'a share of 0 or more and less than 1', jitter);
}
