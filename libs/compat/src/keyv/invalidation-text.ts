import type { Invalidation, InvalidationScope } from 'nuthatch/engine';
import { unreadableRow } from './keyv-errors.js';

/** Beyond so many the older half is summed up in one that covers everything: all of them are one text, written anew with each. */
const MOST = 1000;

const SCOPES: readonly InvalidationScope[] = ['tag', 'prefix', 'pattern'];

/** Invalidations in order of version, the newest of each scope and name. */
export function merged(known: readonly Invalidation[], given: readonly Invalidation[]): Invalidation[] {
  const newest = new Map<string, Invalidation>();
  for (const { scope, name, version } of [...known, ...given]) {
    const id = `${scope} ${name}`;
    if ((newest.get(id)?.version ?? -Infinity) < version) newest.set(id, { scope, name, version });
  }
  const all = [...newest.values()].sort((one, other) => one.version - other.version);
  if (all.length <= MOST) return all;
  const newer = all.splice(-MOST / 2);
  return merged([{ scope: 'prefix', name: '', version: all.at(-1)?.version ?? 0 }], newer);
}

export function invalidationText(invalidations: readonly Invalidation[]): string {
  return JSON.stringify(
    Array.from(invalidations, ({ scope, name, version }) => [SCOPES.indexOf(scope), name, version]),
  );
}

/** @param found what is kept under the key; nothing where there was none yet. @throws CacheError `bad_value`. */
export function invalidationsIn(key: string, found: unknown): Invalidation[] {
  if (found === undefined || found === null) return [];
  const list: unknown = typeof found === 'string' ? parse(key, found) : undefined;
  if (!Array.isArray(list)) throw unreadableRow(key, 'it is no list of invalidations');
  return list.map((each: unknown) => {
    const [at, name, version]: unknown[] = Array.isArray(each) ? each : [];
    const scope = typeof at === 'number' ? SCOPES[at] : undefined;
    if (scope === undefined || typeof name !== 'string' || typeof version !== 'number')
      throw unreadableRow(key, 'an invalidation in it is damaged');
    return { scope, name, version };
  });
}

function parse(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadableRow(key, 'it is no JSON');
  }
}
