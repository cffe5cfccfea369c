import type { Slot } from './strategy.js';

/** @throws Error where `listed` is not exactly `resident`, each slot once. */
export function auditMembers(name: string, listed: Iterable<Slot>, resident: ReadonlySet<Slot>): void {
  const seen = new Set<Slot>();
  for (const slot of listed) {
    if (seen.has(slot)) throw new Error(`${name}: slot ${slot} is listed twice`);
    if (!resident.has(slot)) throw new Error(`${name}: slot ${slot} is listed but not resident`);
    seen.add(slot);
  }
  if (seen.size !== resident.size)
    throw new Error(`${name}: ${seen.size} slots listed, ${resident.size} resident`);
}

/** @throws Error where the newcomer that a strategy spares is not among `resident`. */
export function auditNewcomer(name: string, newcomer: Slot | undefined, resident: ReadonlySet<Slot>): void {
  if (newcomer !== undefined && !resident.has(newcomer))
    throw new Error(`${name}: the newcomer ${newcomer} has left`);
}
