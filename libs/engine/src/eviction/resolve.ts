import { fromRegister } from '../kernel/register.js';
import * as strategies from './strategies.js';
import type { EvictionStrategyFactory } from './strategy.js';

/** The strategies that come with the engine. */
export type EvictionName = keyof typeof strategies;

/** The strategy of a cache that was told of none. */
export const DEFAULT_EVICTION: EvictionName = 'adaptive';

/** How a strategy is chosen: by its name in the register, or as a factory of your own. */
export type EvictionChoice = EvictionName | EvictionStrategyFactory;

/** The strategies that come with the engine, by name. */
export const evictionStrategies: Readonly<Record<EvictionName, EvictionStrategyFactory>> = strategies;

/**
 * The factory of a name, or the factory that was given.
 * @throws CacheError `unknown_name`, listing the known ones.
 */
export function resolveEviction(eviction: EvictionChoice): EvictionStrategyFactory {
  return fromRegister<EvictionStrategyFactory>('eviction', evictionStrategies, eviction);
}

/** Whether a strategy may want to know when entries were written: those that come with the engine do not. */
export function mayReadTimes(factory: EvictionStrategyFactory): boolean {
  return !Object.values(evictionStrategies).includes(factory);
}
