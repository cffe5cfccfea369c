import { type Bus, type BusFactory, type BusMessage, systemClock } from 'nuthatch/engine';

/** What a cache was told. */
export interface BusLog {
  readonly heard: BusMessage[];
  readonly proofs: number[];
  readonly misses: string[];
  readonly failures: string[];
}

/** A bus of a cache, and what comes over it. */
export function listenTo(
  factory: BusFactory,
  namespace = 'owls',
): { readonly bus: Bus; readonly log: BusLog } {
  const log: BusLog = { heard: [], proofs: [], misses: [], failures: [] };
  const listener = {
    received: (messages: readonly BusMessage[]) => void log.heard.push(...messages),
    proven: (at: number) => void log.proofs.push(at),
    missed: (reason: string) => void log.misses.push(reason),
    failed: (operation: string, error: unknown) => void log.failures.push(`${operation}: ${String(error)}`),
  };
  return { bus: factory.create({ namespace, clock: systemClock, listener }), log };
}
