import type { PrincipalRules } from 'nuthatch';
import type { Fences } from './fences.js';
import type { Personal } from './personal.js';

/** What the interceptor and the module need of a cache besides what everybody may. */
export interface Inside {
  readonly isStrict: boolean;
  /** How it is told who asks. */
  readonly principal: PrincipalRules | undefined;
  readonly fences: Fences;
  readonly personal: Personal;
  /** Leaves the disconnecting to {@link close}; Nest would do it while requests are still served. */
  ownedByApplication(): void;
  /** Waits for what goes on in the background, then disconnects the stores. Once. */
  close(): Promise<void>;
}

const INSIDE = Symbol.for('nuthatch.compat.inside');

/** Puts it where {@link insideOf} finds it, and no loop over the members. */
export function hideInside<T extends object>(cache: T, inside: Inside): T {
  return Object.defineProperty(cache, INSIDE, { value: inside });
}

/** The inside of a cache; `undefined` of one that is not ours, such as a test's. */
export function insideOf(cache: unknown): Inside | undefined {
  if (typeof cache !== 'object' || cache === null) return undefined;
  // Only hideInside puts something there.
  return (cache as { [INSIDE]?: Inside })[INSIDE];
}
