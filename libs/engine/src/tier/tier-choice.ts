import { badOption } from '../kernel/errors.js';
import type { Problems } from '../kernel/problems.js';
import type { BusFactory } from './bus.js';
import type { SharedTierFactory } from './shared-tier.js';

/** What is said of what several processes share. */
interface Sharing {
  readonly bus?: BusFactory | false | undefined;
  readonly sharedTier?: SharedTierFactory | undefined;
}

/** What several processes share; what is wrong is collected in `problems`. */
export function resolveSharing(options: Sharing, problems: Problems) {
  return {
    sharedTier: problems.check(() => parseSharedTier(options.sharedTier)),
    bus: problems.check(() => parseBus(options)),
  };
}

function parseSharedTier(tier: SharedTierFactory | undefined): SharedTierFactory | undefined {
  if (tier === undefined || isFactory(tier)) return tier;
  throw badOption('sharedTier', 'a factory such as redis({ url }) of nuthatch/redis', tier);
}

/** The bus that was asked for, else that of the tier. */
function parseBus({ bus, sharedTier }: Sharing): BusFactory | undefined {
  if (bus === false) return undefined;
  if (bus === undefined) return isFactory(sharedTier) ? parseOwnBus(sharedTier) : undefined;
  if (isFactory(bus)) return bus;
  throw badOption('bus', 'a factory such as broadcastBus(), or false', bus);
}

/** The bus that a tier brings. */
function parseOwnBus({ bus }: SharedTierFactory): BusFactory | undefined {
  if (bus === undefined || isFactory(bus)) return bus;
  throw badOption('sharedTier.bus', 'a factory such as broadcastBus(), or left out', bus);
}

function isFactory<T>(found: T): found is T & NonNullable<T> {
  // What plain JavaScript gives may be anything.
  return typeof (found as { create?: unknown } | null | undefined)?.create === 'function';
}
