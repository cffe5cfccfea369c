import type { Targets } from '../invalidation/targets.js';
import type { Change } from '../kernel/entries.js';
import type { CacheError } from '../kernel/errors.js';
import type { Draft } from './draft.js';
import { applyFailed } from './errors.js';
import type { Step } from './step.js';
import type { Underlying } from './underlying.js';

/**
 * Makes what a transaction has changed in a cache: what goes synchronously, goes at the call. Evictions come first. What fails is reported, and memory
 * forgets what it was about.
 * @throws CacheError `apply_failed` where a store that is the user's own data did not take what was written.
 */
export async function applyDraft<V>(under: Underlying<V>, draft: Draft<V>): Promise<void> {
  // Judged first, since the evictions of the transaction itself look like those of others.
  const contested = contestedIn(under, draft);
  const evictions = draft.steps.map((step) => evict(under, step));
  // Newer than the evictions of the transaction, older than all that others do from now on.
  const version = under.sequence.next();
  if (draft.steps.some(({ isLate }) => isLate === true)) await Promise.all(evictions);
  const writes = draft.changes.length === 0 ? [] : [write(under, draft, { contested, version })];
  const lost = (await Promise.all([...evictions, ...writes])).find((failure) => failure !== undefined);
  if (lost !== undefined && under.isRecord) throw lost;
}

/** The keys whose values may be older than what others have made of them since. */
function contestedIn<V>(under: Underlying<V>, draft: Draft<V>): ReadonlySet<string> {
  const isContested = ([key, entry]: Change<V>): boolean =>
    entry !== undefined && !(draft.isUnchanged(key) && under.validity.isCurrent(key, entry));
  const contested = under.isRecord ? [] : draft.changes.filter(isContested);
  return new Set(contested.map(([key]) => key));
}

/** Where it fails, memory has forgotten, or does so by what is to be invalidated instead. Answers what went wrong. */
async function evict<V>(under: Underlying<V>, { run, instead }: Step): Promise<CacheError | undefined> {
  try {
    await run?.();
    return undefined;
  } catch (error) {
    return failed(under, instead ?? {}, error);
  }
}

/** A key that somebody else has changed is deleted: nobody can tell which value is newer. Answers what went wrong. */
async function write<V>(
  under: Underlying<V>,
  draft: Draft<V>,
  { contested, version }: { readonly contested: ReadonlySet<string>; readonly version: number },
): Promise<CacheError | undefined> {
  const { changes } = draft;
  const keys = changes.map(([key]) => key);
  const isOwnDoing = evictedBy(draft.steps);
  const decide = (): readonly Change<V>[] =>
    changes.map(([key, entry]) => {
      const isNewest = !contested.has(key) && (isOwnDoing(key) || draft.isUnchanged(key));
      return [key, entry !== undefined && isNewest ? { ...entry, version } : undefined];
    });
  try {
    await under.write(keys, decide);
    return undefined;
  } catch (error) {
    return failed(under, { keys }, error);
  }
}

/** Whether the evictions of the transaction itself reach a key while they are made. */
function evictedBy(steps: readonly Step[]): (key: string) => boolean {
  const keys = new Set(steps.flatMap(({ hides }) => hides.keys));
  const hasCleared = steps.some(({ instead }) => instead?.matching !== undefined);
  return (key) => hasCleared || keys.has(key);
}

/** Reports what went wrong; what it was about is forgotten in this process at once. Where the store does not take that, it is reported, too. */
function failed<V>(under: Underlying<V>, instead: Targets, cause: unknown): CacheError {
  const keys = instead.keys ?? [];
  const error = applyFailed(under.name, keys, cause);
  if (keys.length > 0 || instead.matching !== undefined)
    under.invalidate(instead).catch((thrown: unknown) => under.forgettingFailed(thrown));
  under.failed(keys, error);
  return error;
}
