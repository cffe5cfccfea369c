import { assertTags } from './assert-tags.js';
import type { Clock } from './clock.js';
import { type Duration, parseDuration } from './duration.js';
import { type EntryState, NO_TAGS } from './entry.js';
import { badOption } from './errors.js';
import type { Random } from './random.js';

/** A time to live, or what answers that of a value. */
export type Ttl<V> = Duration | ((value: V) => Duration);

/** How long something is to live, and what it belongs to. What is left out is as the cache was told. */
export interface WriteOptions<V = unknown> {
  /** Time to live, in milliseconds or as `'5m'`, or a function that answers that of the value; `Infinity` never expires. */
  readonly ttl?: Ttl<V> | undefined;
  /** What the entry can be invalidated by, beside its key; see `invalidateTags`. */
  readonly tags?: readonly string[] | undefined;
  /** Time to idle: an entry that is not read for so long expires, before its time to live is over. */
  readonly tti?: Duration | undefined;
  /**
   * For how long after it has expired a value is kept, to be served by a `getOrLoad` that begins to load it anew in the background, as far as that call,
   * or else the cache, says so too.
   */
  readonly staleWhileRevalidate?: Duration | undefined;
  /** How long after it was written, or last used where it has a `tti`, a value may be served where its load fails or takes too long; at least its `ttl`. */
  readonly grace?: Duration | undefined;
}

/** How entries of a cache age, where a write does not say otherwise. */
export interface LifeRules<V> {
  readonly ttl: number | ((value: V) => Duration);
  /** No entry lives longer, whatever it was given; `Infinity` where there is no such bound. */
  readonly maxTtlMs: number;
  /** A life is shortened by a random share of up to this much of it. */
  readonly ttlJitter: number;
  readonly idleMs: number;
  readonly staleMs: number;
  readonly graceMs: number;
}

/** Where the lives of entries come from. */
export interface LifeParts<V> {
  readonly clock: Clock;
  readonly random: Random;
  readonly life: LifeRules<V>;
}

/** What is said of one life. */
interface Asked<V> {
  readonly options: WriteOptions<V> | undefined;
  /** How long its load took, where that is to be kept. */
  readonly loadMs?: number | undefined;
}

type Life = Pick<EntryState<unknown>, 'expiresAt' | 'freshness'>;

interface Spans {
  readonly ttlMs: number;
  readonly idleMs: number;
  /** Beyond the time for which it is fresh. */
  readonly keptMs: number;
  readonly loadMs: number;
}

/** The monotonic deadline of a life that starts now. */
export function deadline(clock: Clock, ttlMs: number): number {
  return ttlMs === Infinity ? Infinity : clock.now() + ttlMs;
}

/** The tags of one call. @throws CacheError `bad_option` naming `tags`. */
export function tagsOf<V>(options: WriteOptions<V> | undefined): readonly string[] {
  if (options?.tags === undefined) return NO_TAGS;
  assertTags(options.tags);
  return options.tags;
}

/**
 * The life of a value that is written, or loaded in `loadMs`, now.
 * @throws CacheError `bad_option` naming what is wrong, or contradicts another.
 */
export function lifeOf<V>(parts: LifeParts<V>, value: V, { options, loadMs = 0 }: Asked<V>): Life {
  const { life, clock } = parts;
  if (options === undefined && loadMs === 0 && isPlain(life)) return { expiresAt: deadline(clock, life.ttl) };
  if (options !== undefined && typeof options !== 'object')
    throw badOption('options', "an object such as { ttl: '5m' }", options);
  const ttlMs = ttlOf(parts, value, options?.ttl);
  const idleMs = given('tti', options?.tti, life.idleMs);
  const keptMs = keptFor(life, options, Math.min(ttlMs, idleMs));
  return lived(clock, { ttlMs, idleMs, keptMs, loadMs });
}

function lived(clock: Clock, { ttlMs, idleMs, keptMs, loadMs }: Spans): Life {
  const freshMs = Math.min(ttlMs, idleMs);
  const ages = keptMs > 0 || idleMs !== Infinity || loadMs > 0;
  if (freshMs === Infinity || !ages) return { expiresAt: deadline(clock, freshMs) };
  const now = clock.now();
  const freshness = { until: now + freshMs, idleMs, latest: now + Math.max(freshMs, ttlMs), loadMs };
  return { expiresAt: now + freshMs + keptMs, freshness };
}

/** @throws CacheError `bad_option` where a call gives a `grace` that contradicts the time to live that it gives, or that is the rule. */
export function assertCall<V>(
  { life }: Pick<LifeParts<V>, 'life'>,
  options: WriteOptions<V> | undefined,
): void {
  if (options?.grace === undefined) return;
  const ttl = options.ttl ?? life.ttl;
  if (typeof ttl === 'function') return;
  assertGrace(parseDuration('grace', options.grace), Math.min(parseDuration('ttl', ttl), life.maxTtlMs));
}

/** @throws CacheError `bad_option` where a value is to be kept for less than it lives. */
export function assertGrace(graceMs: number, ttlMs: number): void {
  if (graceMs > 0 && ttlMs !== Infinity && graceMs < ttlMs)
    throw badOption('grace', `at least the ttl, which is ${ttlMs} ms and part of it`, graceMs);
}

/** How much longer than it is fresh a value is kept. */
function keptFor<V>(life: LifeRules<V>, options: WriteOptions<V> | undefined, freshMs: number): number {
  const staleMs = given('staleWhileRevalidate', options?.staleWhileRevalidate, life.staleMs);
  const graceMs = given('grace', options?.grace, life.graceMs);
  return Math.max(staleMs, freshMs === Infinity ? 0 : graceMs - freshMs, 0);
}

/** Whether what is written without options is fresh for a fixed time, and then gone. */
function isPlain<V>(life: LifeRules<V>): life is LifeRules<V> & { readonly ttl: number } {
  const { ttl, maxTtlMs, ttlJitter, idleMs, staleMs, graceMs } = life;
  const isFixed = typeof ttl === 'number' && ttl <= maxTtlMs && ttlJitter === 0;
  return isFixed && idleMs === Infinity && staleMs === 0 && graceMs <= ttl;
}

function given(option: string, duration: Duration | undefined, defaultMs: number): number {
  return duration === undefined ? defaultMs : parseDuration(option, duration);
}

function ttlOf<V>({ life, random }: LifeParts<V>, value: V, asked: Ttl<V> | undefined): number {
  const ttl = asked ?? life.ttl;
  const ttlMs = parseDuration('ttl', typeof ttl === 'function' ? ttl(value) : ttl);
  const cappedMs = Math.min(ttlMs, life.maxTtlMs);
  if (life.ttlJitter === 0 || cappedMs === Infinity) return cappedMs;
  return cappedMs * (1 - life.ttlJitter * random.next());
}
