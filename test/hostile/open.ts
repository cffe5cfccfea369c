import { evictionStrategies, type EvictionName, MemoryCache, type MemoryOptions } from 'nuthatch/engine';
import { FakeClock } from 'nuthatch/testing';

/** Every registered strategy. */
export const names = Object.keys(evictionStrategies) as EvictionName[];

/** A cache of numbers under any keys. */
export type NumberCache = MemoryCache<unknown, number>;

/** A cache whose books and bounds are checked after every call. */
export function open<V = number>(eviction: EvictionName, options: Partial<MemoryOptions<unknown, V>> = {}) {
  const clock = new FakeClock();
  const cache = new MemoryCache<unknown, V>({ maxItems: 8, clock, ttlResolutionMs: 0, eviction, ...options });
  const { warnings, stop } = listenForWarnings();
  opened.push({ close: () => cache.close(), stop });
  return { cache: audited(cache), unaudited: cache, clock, warnings };
}

const opened: { readonly close: () => void; readonly stop: () => void }[] = [];

afterEach(() => {
  for (const { close, stop } of opened.splice(0)) {
    close();
    stop();
  }
});

function audited<V>(cache: MemoryCache<unknown, V>): MemoryCache<unknown, V> {
  let depth = 0;
  return new Proxy(cache, {
    get: (_, name: keyof MemoryCache<unknown, V>) => {
      const part: unknown = cache[name];
      if (typeof part !== 'function') return part;
      return (...args: unknown[]): unknown => {
        depth++;
        try {
          return part.apply(cache, args) as unknown;
        } finally {
          depth--;
          cache.audit();
          // What a listener calls may come in the middle of making room.
          if (depth === 0) checkBounds(cache);
        }
      };
    },
  });
}

function checkBounds<V>(cache: MemoryCache<unknown, V>): void {
  const { maxItems, maxBytes } = cache.bounds;
  if (cache.size > maxItems || cache.totalWeight > maxBytes)
    throw new Error(`${cache.size} entries of ${cache.totalWeight} bytes are beyond the bounds`);
}

/** Process warnings are what becomes of errors of listeners. */
function listenForWarnings(): { readonly warnings: string[]; readonly stop: () => void } {
  const warnings: string[] = [];
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error) => void warnings.push(String(warning));
  return { warnings, stop: () => void (process.emitWarning = emitWarning) };
}
