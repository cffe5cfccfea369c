import type { Recorder } from '../events/recorder.js';
import type { Clock } from '../kernel/clock.js';
import type { Change } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Residents } from '../kernel/residents.js';
import { isStale } from '../kernel/staleness.js';
import type { Verdict } from './policy.js';

/** What a settlement works on. */
export interface SettlementParts<V> {
  readonly residents: Residents<V>;
  readonly fencing: Fencing;
  readonly recorder: Recorder<V>;
  readonly clock: Clock;
}

/** What a change does once it is acknowledged: memory follows, results of loads under way are fenced off, and it is recorded. */
export class Settlement<V> {
  readonly #parts: SettlementParts<V>;
  #isStopped = false;

  constructor(parts: SettlementParts<V>) {
    this.#parts = parts;
  }

  /** From now on memory gets nothing any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Changes that a policy has acknowledged: they are safe, whatever memory makes of them. */
  acknowledged(changes: readonly Change<V>[], verdict: Verdict): void {
    const { residents } = this.#parts;
    const isKept = verdict === 'keep' && !this.#isStopped;
    for (const [key, entry] of changes) {
      if (entry !== undefined && isKept) residents.offer(key, entry);
      else residents.drop(key);
      this.#changed(key, entry);
    }
  }

  /** Changes of a cache that has no store, one by one. @throws where memory cannot keep an entry; its key is then forgotten. */
  each(changes: readonly Change<V>[]): void {
    for (const [key, entry] of changes) {
      this.#hold(key, entry);
      this.#changed(key, entry);
    }
  }

  /** As {@link each}, all of them or none. */
  all(changes: readonly Change<V>[]): void {
    const { residents } = this.#parts;
    const former = changes.map(([key]) => [key, residents.readKept(key)] as const);
    try {
      for (const [key, entry] of changes) this.#hold(key, entry);
    } catch (error) {
      for (const [key, entry] of former) {
        if (entry === undefined) residents.drop(key);
        else residents.offer(key, entry);
      }
      throw error;
    }
    for (const [key, entry] of changes) this.#changed(key, entry);
  }

  /** Changes of which nobody knows whether they are stored. */
  unknown(keys: readonly string[]): void {
    for (const key of keys) {
      this.#parts.residents.drop(key);
      this.#parts.fencing.raise(key);
    }
  }

  #hold(key: string, entry: EntryState<V> | undefined): void {
    const { residents } = this.#parts;
    if (entry !== undefined && !this.#isStopped) residents.keep(key, entry);
    else residents.drop(key);
  }

  #changed(key: string, entry: EntryState<V> | undefined): void {
    const { fencing, recorder, clock } = this.#parts;
    fencing.raise(key);
    if (entry === undefined) recorder.deleted(key);
    else if (entry.freshness !== undefined && isStale(entry, clock.now()))
      recorder.invalidated({ keys: [key] });
    else recorder.set(key, entry.value, 'caller');
  }
}
