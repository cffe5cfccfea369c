import { FactBook } from '../explain/fact-book.js';
import { Explainer, invalidatedBy } from '../explainer.js';
import type { CacheError } from '../kernel/errors.js';
import type { Backing } from '../load/backing.js';
import { MemoryTable } from '../memory/memory-table.js';
import { MemoryTier } from '../memory/memory-tier.js';
import type { Note } from '../memory/memory-tier-parts.js';
import { RemovalRecorder } from '../removal-recorder.js';
import { WarmStart } from '../snapshot/warm-start.js';
import type { StoreSide } from '../store-side.js';
import type { Link } from '../tier/link.js';
import type { Core } from './core.js';

/** The memory of a cache. */
export function wireMemory<V>(
  { options, recorder, validity, fencing }: Core<V>,
  side: StoreSide | undefined,
  link: Pick<Link, 'vouches'> | undefined,
): MemoryTier<V> {
  const isDirty = (key: string): boolean => side?.policy.pending(key) !== undefined;
  const removals = new RemovalRecorder(recorder, isDirty);
  const table = new MemoryTable<string, V, Note>(options.table, removals);
  const failed = (error: unknown): void => recorder.hookFailed('memory', error);
  const { between: isolation } = options.isolation;
  const place = options.budget?.join({
    name: options.name,
    bytes: () => table.totalWeight,
    shrinkTo: (bytes) => table.shrinkTo(bytes),
    limited: (limitBytes, heapUsedShare) =>
      recorder.emit({ type: 'memory_limited', limitBytes, heapUsedShare }),
  });
  const vouches = link && ((version: number) => link.vouches(version));
  const memory = new MemoryTier({ table, isolation, validity, isDirty, failed, place, vouches });
  // What the store has refused for good, or has made too late, is no longer what anybody should read.
  recorder.onUncertain = (key) => {
    memory.drop(key);
    fencing.raise(key);
  };
  return memory;
}

/** What brings memory back after a restart; nothing where that was not asked for. */
export function wireWarmStart<V>(
  core: Core<V>,
  memory: MemoryTier<V>,
  backing: Backing<V> | undefined,
): WarmStart<V> | undefined {
  const { options, recorder } = core;
  if (options.warmStart === undefined) return undefined;
  const failed = (step: 'load' | 'save', error: CacheError): void => {
    recorder.emit({ type: 'warm_start_failed', step, error });
    process.emitWarning(`warm start of the cache ${options.name}: ${error.message}`);
  };
  return new WarmStart<V>(
    {
      ...core,
      memory,
      name: options.name,
      hasStore: backing !== undefined,
      readMany: async (keys) => (await backing?.entriesOf(keys)) ?? new Map(),
      eviction: () => memory.table.eviction,
      observer: {
        failed,
        warmed: (entries, durationMs) => recorder.emit({ type: 'warm_started', entries, durationMs }),
      },
    },
    options.warmStart,
  );
}

/** What says of a key what is known of it. Where facts are kept, it listens from now on. */
export function wireExplainer<V>(
  { options, recorder, clock }: Core<V>,
  memory: MemoryTier<V>,
  backing: Backing<V> | undefined,
): Explainer<V> {
  if (options.explain === 0) return new Explainer({ memory, backing, clock, facts: undefined });
  const facts = new FactBook({
    clock,
    keys: options.explain,
    hasStore: backing !== undefined,
    entryOf: (key) => memory.readKept(key),
    strategy: () => memory.table.choice?.inCharge ?? memory.table.eviction,
    concerns: invalidatedBy,
  });
  recorder.events$.subscribe((event) => facts.note(event));
  return new Explainer({ memory, backing, clock, facts });
}
