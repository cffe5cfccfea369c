import { badOption, CacheError, reason } from '../kernel/errors.js';

/**
 * Whether callers share values with the cache. `'none'`: by reference, the fastest; who changes a value changes it for all. `'freeze'`:
 * values are frozen deeply when they come in, so that changing them throws. `'clone'`: every caller has a copy of its own
 * (`structuredClone`: no functions, and instances lose their class).
 */
export type IsolationName = 'none' | 'freeze' | 'clone';

/** How values pass between the cache and its callers. */
export interface Isolation {
  /** A value from a caller. */
  takeIn<V>(value: V): V;
  /** A value that no caller has: taken in before, or read from the store. */
  keep<V>(value: V): V;
  /** A value for a caller. */
  handOut<V>(value: V): V;
}

const same = <V>(value: V): V => value;

const isolations: Readonly<Record<IsolationName, Isolation>> = {
  none: { takeIn: same, keep: same, handOut: same },
  freeze: { takeIn: deepFreeze, keep: deepFreeze, handOut: same },
  clone: { takeIn: clone, keep: same, handOut: clone },
};

/** @throws CacheError `bad_option` naming `isolate`. */
export function resolveIsolation(name: IsolationName): Isolation {
  if (Object.hasOwn(isolations, name)) return isolations[name];
  throw badOption('isolate', "'none', 'freeze' or 'clone'", name);
}

function clone<V>(value: V): V {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return structuredClone(value);
  } catch (error) {
    throw new CacheError(
      'bad_value',
      `a value cannot be cloned, as isolate: 'clone' asks: ${reason(error)}`,
      error,
    );
  }
}

function deepFreeze<V>(value: V): V {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value))
    return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
