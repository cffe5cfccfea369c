import { Recorder } from '../events/recorder.js';
import { Invalidations } from '../invalidation/invalidations.js';
import { Sequence } from '../kernel/sequence.js';
import { Fences } from '../load/fence.js';
import { Counters } from '../metrics/counters.js';
import { HealthRecord } from '../metrics/health.js';
import type { ResolvedOptions } from '../options.js';
import type { Row } from '../store/backing-store.js';
import { SharedClock } from '../tier/shared-clock.js';
import { KeyOrder } from '../write/key-order.js';

/** What every part may be given. */
export type Core<V> = ReturnType<typeof wireCore<V>>;

export function wireCore<V>(options: ResolvedOptions<V>) {
  const { table, sharedTier, bus } = options;
  const isShared = sharedTier !== undefined || bus !== undefined;
  const sharedClock = isShared ? new SharedClock(table.clock) : undefined;
  const clock = sharedClock ?? table.clock;
  const sequence = new Sequence(clock);
  const healthRecord = new HealthRecord(clock);
  const recorder = new Recorder<V>({
    name: options.name,
    counters: new Counters(options.isTimed),
    health: healthRecord,
  });
  const validity = new Invalidations();
  const { codec, life, loadRules } = options;
  const currentNow = (): ((row: Pick<Row, 'key' | 'tags' | 'version'>) => boolean) => {
    const book = validity.copy();
    return (row) => book.isCurrent(row.key, row);
  };
  return {
    options,
    clock,
    sharedClock,
    random: options.table.random,
    codec,
    life,
    loadRules,
    healthRecord,
    recorder,
    validity,
    currentNow,
    fencing: new Fences(),
    order: new KeyOrder(),
    sequence,
    /** Draws versions of changes that others must not take for older than what they have written before. */
    nextVersion: () => sequence.nextAhead(sharedClock?.uncertaintyMs ?? 0),
  };
}
