import { CacheError } from '../kernel/errors.js';
import type { CacheHook } from './hooks.js';

/** How deep hooks may be called by what hooks do. Each level takes a few frames of the stack, which a hook that sets itself off would fill. */
const MOST_NESTED = 16;

/** The hooks of a cache. What one throws is reported, and keeps neither the others nor the cache from going on. */
export class AttachedHooks<V> {
  readonly #hooks = new Set<CacheHook<V>>();
  readonly #failed: (name: keyof CacheHook, error: unknown) => void;
  #depth = 0;

  constructor(failed: (name: keyof CacheHook, error: unknown) => void) {
    this.#failed = failed;
  }

  get size(): number {
    return this.#hooks.size;
  }

  add(hook: CacheHook<V>): void {
    this.#hooks.add(hook);
  }

  remove(hook: CacheHook<V>): void {
    this.#hooks.delete(hook);
  }

  /** Calls all of them; none where hooks have set off hooks so deep that they would never end, such as one that puts back what was evicted. */
  call(name: keyof CacheHook, run: (hook: CacheHook<V>) => void): void {
    if (this.#depth === MOST_NESTED) return this.#failed(name, endlessHook(name));
    this.#depth++;
    for (const hook of this.#hooks) {
      try {
        run(hook);
      } catch (error) {
        this.#failed(name, error);
      }
    }
    this.#depth--;
  }
}

function endlessHook(name: keyof CacheHook): CacheError {
  return new CacheError(
    'endless_hook',
    `${name} was not called ${MOST_NESTED} deep within itself: a hook sets it off again, as one does that puts back at once what was evicted; do it later, or give the cache more room`,
  );
}
