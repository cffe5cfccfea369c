import { StoreRecorder } from '../events/store-recorder.js';
import type { Invalidator } from '../invalidation/invalidator.js';
import type { MemoryTier } from '../memory/memory-tier.js';
import { News } from '../news.js';
import { GuardedStore } from '../store/guarded-store.js';
import type { ResolvedResilience } from '../store/guard-options.js';
import type { StoreSide } from '../store-side.js';
import { Leases } from '../tier/leases.js';
import { Link } from '../tier/link.js';
import type { LinkObserver } from '../tier/link-parts.js';
import { NoTier } from '../tier/no-tier.js';
import { RecentChanges } from '../tier/recent-changes.js';
import type { SharedTier, TierContext } from '../tier/shared-tier.js';
import type { ResolvedTierSettings } from '../tier/tier-settings.js';
import { TierStore, type TierStoreParts } from '../tier/tier-store.js';
import type { Core } from './core.js';

/** What a cache shares with other processes, and how it is linked to them. */
export interface Shared {
  readonly tier: SharedTier;
  /** The tier as a store, guarded. */
  readonly store: GuardedStore;
  readonly link: Link;
  readonly recent: RecentChanges;
  /** Nothing where only a bus is shared. */
  readonly leases: Leases | undefined;
}

interface Heard<V> {
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly invalidator: Invalidator;
}

/** For how long it is known what was changed, to say it again where a server has lost it. */
const RECENT_MS = 10_000;

/** The shared tier of a cache and its link to the others; nothing where it shares neither tier nor bus. */
export function wireShared<V>(core: Core<V>): Shared | undefined {
  const { options, sharedClock: clock, recorder, sequence, fencing, validity, healthRecord } = core;
  if (clock === undefined) return undefined;
  const { name } = options;
  const failed = (operation: string, error: unknown): void => recorder.storeFailed(operation, error);
  const suspect: TierContext['suspect'] = (lost, reason) => link.suspect(lost, reason);
  const tier = options.sharedTier?.create({ namespace: name, clock, suspect, failed }) ?? new NoTier();
  const [settings, observer] = [options.tier, observerOf(core)];
  const link: Link = new Link({
    tier,
    clock,
    sequence,
    fencing,
    validity,
    settings,
    observer,
    probe: () => probe(),
  });
  link.bus = options.bus?.create({ namespace: name, clock, listener: link });
  const recent = new RecentChanges(RECENT_MS);
  const store = wireTierStore(core, { tier, link, recent, clock });
  const probe = (): void => {
    // What it fails with is noted where it fails.
    if (healthRecord.isTroubled('shared'))
      store.ask('get', 'its clock', () => tier.time()).catch(() => undefined);
  };
  const leases = options.sharedTier && new Leases({ tier, shared: store, link, clock, sequence, failed });
  return { tier, store, link, recent, leases };
}

/** The tier as a store, guarded. */
function wireTierStore<V>(
  { options, clock, recorder, healthRecord }: Core<V>,
  parts: Pick<TierStoreParts, 'tier' | 'link' | 'recent' | 'clock'>,
): GuardedStore {
  // As if the process that was later had just told so: its news may have come before the write.
  const overtaken = (key: string, version: number): void =>
    parts.link.received([{ kind: 'changed', keys: [[key, version]] }]);
  const { timeoutMs } = options.tier;
  const isAheadOfBus = options.bus !== undefined && options.bus === options.sharedTier?.bus;
  return new GuardedStore(new TierStore({ ...parts, overtaken, timeoutMs, isAheadOfBus }), {
    name: options.name,
    clock,
    observer: new StoreRecorder(recorder, healthRecord, 'shared'),
    resilience: resilienceOf(options.tier),
    buffer: { isBuffering: () => false, holds: () => false },
  });
}

/** From now on the cache hears what others tell, and they hear of its events. */
export function wireNews<V>(
  core: Core<V>,
  { link, store, recent, leases }: Shared,
  { memory, side, invalidator }: Heard<V>,
): void {
  const { clock, order, recorder, nextVersion } = core;
  const tiered = side?.tiered;
  if (side === undefined || tiered === undefined) return;
  const now = (): number => clock.now();
  const parts = {
    memory,
    tiered,
    overtaken: side.overtaken,
    shared: store,
    recent,
    leases,
    invalidator,
    order,
    recorder,
    now,
    nextVersion,
  };
  link.neighbour = new News<V>(parts);
  invalidator.announce = (event, params) =>
    link.publishLater([{ kind: 'published', event, params: { ...params } }]);
}

/** A tier is left alone sooner than a store, and tried again sooner: it is there to be fast. */
function resilienceOf({ timeoutMs, whenDown }: ResolvedTierSettings): ResolvedResilience {
  return {
    timeoutMs,
    writeTimeoutMs: timeoutMs,
    breaker: {
      threshold: 0.5,
      calls: 20,
      minCalls: 5,
      slowCallMs: Infinity,
      halfOpenAfterMs: 250,
      longestPauseMs: 500,
    },
    whenDown: whenDown === 'remember' ? 'memory' : 'refuse',
    maxRepairs: 10_000,
    // What the tier has may be older than what a store behind it, or the others, have by now: nobody is to read it.
    repairsRefusals: true,
  };
}

function observerOf<V>({ recorder, healthRecord }: Core<V>): LinkObserver {
  return {
    linked: (afterMs) => {
      healthRecord.worked('bus');
      recorder.emit({ type: 'bus_linked', afterMs });
    },
    unlinked: (reason) => {
      healthRecord.failed('bus', reason);
      recorder.emit({ type: 'bus_unlinked', reason });
    },
    missed: (reason) => recorder.emit({ type: 'bus_missed', reason }),
    failed: (operation, error) => recorder.storeFailed(operation, error),
  };
}
