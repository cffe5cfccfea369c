import { compilePattern } from '../invalidation/patterns.js';
import type { Invalidation } from '../kernel/invalidation.js';
import type { Row } from './backing-store.js';

/** Beyond so many the older half is summed up in one that covers everything. */
const MOST_INVALIDATIONS = 10_000;

/** The invalidations of one namespace, the newest of each scope and name. */
export class InvalidationList {
  readonly #newest = new Map<string, Invalidation>();

  /** All of them, in order of version. */
  all(): Invalidation[] {
    return [...this.#newest.values()].sort((one, other) => one.version - other.version);
  }

  add(invalidation: Invalidation): void {
    const id = `${invalidation.scope} ${invalidation.name}`;
    if ((this.#newest.get(id)?.version ?? -Infinity) >= invalidation.version) return;
    this.#newest.set(id, invalidation);
    if (this.#newest.size > MOST_INVALIDATIONS) this.#sumUpOlderHalf();
  }

  clear(): void {
    this.#newest.clear();
  }

  #sumUpOlderHalf(): void {
    const all = this.all();
    const newer = all.splice(MOST_INVALIDATIONS / 2);
    this.#newest.clear();
    this.add({ scope: 'prefix', name: '', version: all.at(-1)?.version ?? 0 });
    for (const invalidation of newer) this.add(invalidation);
  }
}

/** Whether an invalidation makes a row gone. */
export function coverOf({ scope, name, version }: Invalidation): (row: Row) => boolean {
  const isMeant = meantBy(scope, name);
  return (row) => row.version <= version && isMeant(row);
}

function meantBy(scope: Invalidation['scope'], name: string): (row: Row) => boolean {
  if (scope === 'tag') return ({ tags }) => tags.includes(name);
  if (scope === 'prefix') return ({ key }) => key.startsWith(name);
  const pattern = compilePattern(name);
  return ({ key }) => pattern.matches(key);
}
