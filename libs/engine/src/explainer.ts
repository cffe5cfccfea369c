import type { Invalidated } from './events/cache-event.js';
import type {
  Explanation,
  LoadExplanation,
  MissExplanation,
  ResidentExplanation,
  StoredExplanation,
} from './explain/explanation.js';
import type { FactBook } from './explain/fact-book.js';
import { summaryOf } from './explain/summary.js';
import { compilePattern } from './invalidation/patterns.js';
import type { Clock } from './kernel/clock.js';
import type { EntryState } from './kernel/entry.js';
import { writtenAt } from './kernel/sequence.js';
import { isStale } from './kernel/staleness.js';
import type { Backing, Found } from './load/backing.js';
import type { MemoryTier } from './memory/memory-tier.js';

/** What an explainer looks at. */
export interface ExplainerParts<V> {
  readonly memory: MemoryTier<V>;
  readonly backing: Backing<V> | undefined;
  readonly clock: Clock;
  /** Nothing where no facts are kept. */
  readonly facts: FactBook | undefined;
}

/** Says of a key what is known of it. */
export class Explainer<V> {
  readonly #parts: ExplainerParts<V>;

  constructor(parts: ExplainerParts<V>) {
    this.#parts = parts;
  }

  /** Counts as no use. Costs a read of the store, and a pass over memory for the place of the entry. */
  async explain(key: string): Promise<Explanation> {
    const { found, storeError } = await this.#read(key);
    const memory = this.#resident(key);
    const store = found && this.#stored(found.entry);
    const known = {
      key,
      foundIn: this.#foundIn(memory, found),
      memory,
      store,
      lastLoad: this.#lastLoad(key),
      lastMiss: this.#lastMiss(key),
      storeError,
    };
    return { ...known, summary: summaryOf(known, this.#parts.facts !== undefined) };
  }

  /** A store that cannot be read is told, since that may be what is asked about. */
  async #read(key: string): Promise<{ readonly found?: Found<V> | undefined; readonly storeError: unknown }> {
    try {
      return { found: await this.#parts.backing?.read(key), storeError: undefined };
    } catch (storeError) {
      return { storeError };
    }
  }

  #foundIn(memory: ResidentExplanation | undefined, found: Found<V> | undefined): Explanation['foundIn'] {
    if (memory?.isStale === false) return 'memory';
    if (found === undefined || isStale(found.entry, this.#parts.clock.now())) return undefined;
    return found.tier === 'pending' ? 'pending' : 'store';
  }

  #resident(key: string): ResidentExplanation | undefined {
    const { memory, clock } = this.#parts;
    const entry = memory.readKept(key);
    const slot = memory.table.slotOf(key);
    if (entry === undefined || slot === undefined) return undefined;
    const { ageMs, ttlMs, hits, weight, dirty } = memory.viewAt(slot);
    const { tags, version } = entry;
    const order = memory.table.inEvictionOrder();
    const eviction = {
      strategy: memory.table.choice?.inCharge ?? memory.table.eviction,
      chosenBy: memory.table.choice === undefined ? undefined : memory.table.eviction,
      place: order.indexOf(slot) + 1,
      of: order.length,
    };
    return {
      isStale: isStale(entry, clock.now()),
      isDirty: dirty,
      ageMs,
      freshMs: ttlMs,
      hits,
      weight,
      tags,
      version,
      eviction,
    };
  }

  #stored(entry: EntryState<V>): StoredExplanation {
    const { clock } = this.#parts;
    const now = clock.now();
    return {
      isStale: isStale(entry, now),
      ageMs: Math.max(0, clock.wallNow() - writtenAt(entry.version)),
      freshMs: (entry.freshness?.until ?? entry.expiresAt) - now,
      tags: entry.tags,
      version: entry.version,
    };
  }

  #lastLoad(key: string): LoadExplanation | undefined {
    const load = this.#parts.facts?.of(key)?.load;
    if (load === undefined) return undefined;
    const { at, ...facts } = load;
    return { agoMs: this.#parts.clock.now() - at, ...facts };
  }

  #lastMiss(key: string): MissExplanation | undefined {
    const miss = this.#parts.facts?.of(key)?.miss;
    if (miss === undefined) return undefined;
    const { at, reason, detail } = miss;
    return { agoMs: this.#parts.clock.now() - at, reason, detail };
  }
}

/** By what of an invalidation a key with these tags is gone, in words; `undefined` where it is not. */
export function invalidatedBy(what: Invalidated, key: string, tags: readonly string[]): string | undefined {
  const named = namedBy(what, key, tags);
  if (named !== undefined) return `it was invalidated by ${named}${atEvent(what)}`;
  if (what.changed !== undefined && what.keys?.includes(key) === true)
    return `it depends on ${JSON.stringify(what.changed)}, which was changed`;
  return what.keys?.includes(key) === true ? `it depends on what was invalidated${atEvent(what)}` : undefined;
}

/** What an invalidation names that is about the key itself. */
function namedBy(what: Invalidated, key: string, tags: readonly string[]): string | undefined {
  const { dependents = [] } = what;
  const isNamed = !dependents.includes(key);
  const ways: [kind: string, names: readonly string[] | undefined, fits: (name: string) => boolean][] = [
    ['tag', what.tags, (tag) => tags.includes(tag)],
    ['key', what.keys, (each) => each === key && isNamed],
    ['namespace', what.namespaces, (namespace) => key.startsWith(`${namespace}:`)],
    ['pattern', what.matching, (pattern) => compilePattern(pattern).matches(key)],
  ];
  for (const [kind, names, fits] of ways) {
    const name = names?.find(fits);
    if (name !== undefined) return `the ${kind} ${JSON.stringify(name)}`;
  }
  return undefined;
}

function atEvent({ event }: Invalidated): string {
  return event === undefined ? '' : `, at the event ${JSON.stringify(event)}`;
}
