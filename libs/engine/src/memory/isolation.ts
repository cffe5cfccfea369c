import { badOption, CacheError, reason } from '../kernel/errors.js';

/**
 * Whether callers share values with the cache. `'none'`: by reference, the fastest; who changes a value changes it for all. `'freeze'`:
 * objects and
 * arrays are frozen deeply when they come in, so that changing them throws; dates, maps, sets and buffers cannot be frozen. `'clone'`: every caller has a copy of its own
 * (`structuredClone`: no functions, and instances lose their class).
 */
export type IsolationName = 'none' | 'freeze' | 'clone';

/** How values pass between the cache and its callers. */
export interface Isolation {
  /** Whether {@link handOut} answers the value itself. */
  readonly isShared: boolean;
  /** A value from a caller. */
  takeIn<V>(value: V): V;
  /** A value that no caller has: taken in before, or read from the store. */
  keep<V>(value: V): V;
  /** A value for a caller. */
  handOut<V>(value: V): V;
}

const same = <V>(value: V): V => value;

const isolations: Readonly<Record<IsolationName, () => Isolation>> = {
  none: () => ({ isShared: true, takeIn: same, keep: same, handOut: same }),
  freeze: () => {
    const frozen = new WeakSet<object>();
    const freeze = <V>(value: V): V => deepFreeze(value, frozen);
    return { isShared: true, takeIn: freeze, keep: freeze, handOut: same };
  },
  clone: () => ({ isShared: false, takeIn: clone, keep: same, handOut: clone }),
};

/** @throws CacheError `bad_option` naming `isolate`. */
export function resolveIsolation(name: IsolationName): Isolation {
  if (Object.hasOwn(isolations, name)) return isolations[name]();
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

/** @param frozen what was frozen deeply before; somebody else's `Object.freeze` reaches only the outermost object. */
function deepFreeze<V>(value: V, frozen: WeakSet<object>): V {
  if (typeof value !== 'object' || value === null || frozen.has(value) || ArrayBuffer.isView(value))
    return value;
  frozen.add(Object.freeze(value));
  for (const member of Object.values(value)) deepFreeze(member, frozen);
  return value;
}
