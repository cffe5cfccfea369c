import { fromRegister } from '../kernel/register.js';
import * as policies from './policies.js';
import type { WritePolicyFactory } from './policy.js';

/** The write policies that come with the engine. */
export type WritePolicyName = keyof typeof policies;

/** How a write policy is chosen: by its name in the register, or as a factory of your own. */
export type WritePolicyChoice = WritePolicyName | WritePolicyFactory;

/** The write policies that come with the engine, by name. */
export const writePolicies: Readonly<Record<WritePolicyName, WritePolicyFactory>> = policies;

/**
 * The factory of a name, or the factory that was given.
 * @throws CacheError `unknown_name`, listing the known ones.
 */
export function resolveWritePolicy(policy: WritePolicyChoice): WritePolicyFactory {
  return fromRegister<WritePolicyFactory>('writePolicy', writePolicies, policy);
}
