import type { Backing } from '../load/backing.js';
import type { LoadKeeper } from '../load/loader-run.js';
import { Loaders } from '../load/loaders.js';
import { Loads, type LoadsParts } from '../load/loads.js';
import type { ManyPort } from '../load/many.js';
import { MissedKeys } from '../load/missed-keys.js';
import { Reader } from '../load/reader.js';
import { type BackgroundWarming, startWarming } from '../load/warm-on-boot.js';
import type { WarmObserver } from '../load/progress.js';
import type { MemoryTier } from '../memory/memory-tier.js';
import { ResidentReads } from '../resident-reads.js';
import type { Leases } from '../tier/leases.js';
import type { Core } from './core.js';

/** What a cache reads and loads with. */
export interface Reading<V> {
  readonly reader: Reader<V>;
  readonly reads: ResidentReads<V>;
  readonly loads: Loads<V>;
  readonly loaders: Loaders<V>;
  readonly many: ManyPort<V>;
  readonly warmObserver: WarmObserver;
}

/** What reading is made of, beside memory. */
interface ReadingParts<V> {
  readonly backing: Backing<V> | undefined;
  readonly keeper: LoadKeeper<V>;
  readonly optionsOf: LoadsParts<V>['optionsOf'];
  readonly leases: Leases | undefined;
}

/** What finds values, and loads those that nobody has. */
export function wireReading<V>(
  core: Core<V>,
  memory: MemoryTier<V>,
  { backing, keeper, optionsOf, leases }: ReadingParts<V>,
): Reading<V> {
  const { recorder } = core;
  const reader = new Reader<V>({ ...core, residents: memory, backing });
  const reads = new ResidentReads<V>(memory, recorder);
  const { isShared } = core.options.isolation.between;
  const loads = new Loads<V>({
    ...core,
    residents: memory,
    backing,
    reader,
    keeper,
    optionsOf,
    isShared,
    permits: leases,
  });
  return {
    reader,
    reads,
    loads,
    loaders: new Loaders<V>(),
    many: wireMany(core, { reads, reader, loads, leases }),
    warmObserver: {
      progressed: (progress) => recorder.emit({ type: 'warm_progress', ...progress }),
      failed: (error) => recorder.emit({ type: 'warm_failed', error }),
      hookFailed: (hook, error) => recorder.hookFailed(hook, error),
    },
  };
}

function wireMany<V>(
  { fencing }: Core<V>,
  {
    reads,
    reader,
    loads,
    leases,
  }: Pick<Reading<V>, 'reads' | 'reader' | 'loads'> & Pick<ReadingParts<V>, 'leases'>,
): ManyPort<V> {
  const missed = new MissedKeys(fencing);
  return {
    find: async (keys) => {
      const { values, missing } = reads.many(keys);
      missed.note(missing);
      // What is missing is counted when it is loaded.
      for (const [key, value] of await reader.findMany(missing, () => undefined)) {
        values.set(key, value);
        missed.forget(key);
      }
      // Before anything is loaded: what changes from now on is not overwritten.
      if (leases !== undefined) missed.show(await leases.tickets(missing.filter((key) => !values.has(key))));
      return values;
    },
    forget: (keys) => keys.forEach((key) => missed.forget(key)),
    load: (key, loader, options) => loads.load({ key, loader, options, ...missed.take(key) }),
  };
}

/** What is loaded in the background from now on. */
export function wireWarming<V>(
  { options, clock }: Core<V>,
  { loaders, many: port, warmObserver: observer }: Reading<V>,
): readonly BackgroundWarming[] {
  if (options.warm === undefined) return [];
  return [startWarming({ port, loaders, clock, observer }, options.warm)];
}
