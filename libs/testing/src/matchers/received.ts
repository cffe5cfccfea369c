import { inspect } from 'node:util';
import type { Cache } from 'nuthatch/engine';
import { type LoadLog, loadLogOf } from '../load-log.js';

/** What an assertion is about: a cache, or a typed face of one. */
export interface ReceivedCache {
  readonly cache: Cache;
  /** For messages. */
  readonly name: string;
  /** The key in the cache for what the test has written. */
  keyOf(key: unknown): string;
}

/** @throws TypeError where it is no cache. */
export function cacheOf(matcher: string, received: unknown): ReceivedCache {
  const found = typedCacheOf(received) ?? plainCacheOf(received);
  if (found === undefined) throw notOne(matcher, 'a cache', received);
  return found;
}

/** What the loads of something can be counted by. */
export interface Loads {
  /** For messages. */
  readonly name: string;
  /** How often a key was loaded, or with none, how often anything was. */
  count(key: unknown): number;
  /** What was loaded, in words. */
  summary(): string;
}

/** @throws TypeError where its loads cannot be counted. */
export function loadsOf(matcher: string, received: unknown): Loads {
  const calls = callsOf(received);
  if (calls !== undefined) return loadsOfMock(calls);
  const found = typedCacheOf(received) ?? plainCacheOf(received);
  if (found === undefined) throw notOne(matcher, 'a cache, or a mock function', received);
  const log = loadLogOf(found.cache);
  if (log === undefined)
    throw new TypeError(
      `${matcher}: ${found.name} is not watched; call watchLoads(cache) before it loads, or use createTestCache or CacheTestingModule`,
    );
  return loadsOfCache(found, log);
}

function loadsOfCache({ name, keyOf }: ReceivedCache, log: LoadLog): Loads {
  return {
    name,
    count: (key) => log.count(key === undefined ? undefined : keyOf(key)),
    summary: () => summaryOf(log.entries()),
  };
}

/** A loader gets its key with its context. */
function loadsOfMock(calls: readonly (readonly unknown[])[]): Loads {
  const keys = calls.map(([context]) => keyIn(context));
  const byKey = new Map<string, number>();
  for (const key of keys) if (key !== undefined) byKey.set(key, (byKey.get(key) ?? 0) + 1);
  return {
    name: 'the loader',
    count: (key) => (key === undefined ? calls.length : keys.filter((each) => each === key).length),
    summary: () => (byKey.size === 0 ? `it was called ${times(calls.length)}` : summaryOf([...byKey])),
  };
}

function keyIn(context: unknown): string | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const key: unknown = Reflect.get(context, 'key');
  return typeof key === 'string' ? key : undefined;
}

/** The arguments of each call of a mock function of jest, vitest or `node:test`. */
function callsOf(received: unknown): readonly (readonly unknown[])[] | undefined {
  if (typeof received !== 'function') return undefined;
  const mock: unknown = Reflect.get(received, 'mock');
  const calls: unknown = typeof mock === 'object' && mock !== null ? Reflect.get(mock, 'calls') : undefined;
  if (!Array.isArray(calls)) return undefined;
  return calls.map((call: unknown) => (Array.isArray(call) ? call : argumentsOf(call)));
}

function argumentsOf(call: unknown): readonly unknown[] {
  const args: unknown = typeof call === 'object' && call !== null ? Reflect.get(call, 'arguments') : [];
  return Array.isArray(args) ? args : [];
}

function plainCacheOf(received: unknown): ReceivedCache | undefined {
  if (!isCache(received)) return undefined;
  return { cache: received, name: `the cache "${received.info().name}"`, keyOf: String };
}

function typedCacheOf(received: unknown): ReceivedCache | undefined {
  if (typeof received !== 'object' || received === null) return undefined;
  const below = plainCacheOf(Reflect.get(received, 'cache'));
  if (below === undefined || !hasKeys(received)) return undefined;
  return { ...below, keyOf: (key) => received.keyOf(key) };
}

function hasKeys(received: object): received is { keyOf(argument: unknown): string } {
  return typeof Reflect.get(received, 'keyOf') === 'function';
}

/** What is asked of a cache here, a cache alone has. */
function isCache(received: unknown): received is Cache {
  if (typeof received !== 'object' || received === null) return false;
  return ['explain', 'peek', 'info'].every((method) => typeof Reflect.get(received, method) === 'function');
}

function notOne(matcher: string, expected: string, received: unknown): TypeError {
  return new TypeError(
    `${matcher}: expect() must be given ${expected}, got ${inspect(received, { depth: 0 })}`,
  );
}

function summaryOf(entries: readonly (readonly [key: string, loads: number])[]): string {
  if (entries.length === 0) return 'it has loaded nothing';
  const shown = entries.slice(0, 5).map(([key, loads]) => `${JSON.stringify(key)} ${times(loads)}`);
  const more = entries.length > shown.length ? ` and ${entries.length - shown.length} keys more` : '';
  return `it has loaded ${shown.join(', ')}${more}`;
}

/** `never`, `once`, `3 times`. */
export function times(count: number): string {
  if (count === 0) return 'never';
  return count === 1 ? 'once' : `${count} times`;
}
