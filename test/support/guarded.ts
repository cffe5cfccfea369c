import { type BackingStore, type CacheError, MapStore, type Operation, type Row } from 'nuthatch/engine';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import { Problems } from '../../libs/engine/src/kernel/problems.js';
import {
  type ResilienceOptions,
  type ResolvedResilience,
  resolveResilience,
} from '../../libs/engine/src/store/guard-options.js';
import { GuardedStore } from '../../libs/engine/src/store/guarded-store.js';
import { held } from './caches.js';

/** What may be said of a guarded store under test. */
export interface GuardedOptions extends ResilienceOptions {
  readonly role?: BackingStore['role'];
  /** Keys of which a write-back policy has a change waiting. */
  readonly pending?: ReadonlySet<string>;
}

/** A store behind a guard, and everything that the guard tells. */
export function openGuarded({ role = 'cache', pending, ...resilience }: GuardedOptions = {}) {
  const rows = new Map<string, Row>();
  const hanging = new HangingStore({ role }, rows);
  const faulty = new FaultyStore(hanging);
  const clock = new FakeClock();
  const told: string[] = [];
  const note = (what: string) => (about?: unknown, more?: unknown) =>
    void told.push([what, textOf(about), textOf(more)].filter((part) => part !== '').join(' '));
  const observer = {
    storeAnswered: () => undefined,
    storeRefused: () => undefined,
    storeTimedOut: note('timed out'),
    storeRejected: note('rejected'),
    storeSettledLate: note('settled late'),
    storeFailed: note('failed'),
    storeDegraded: note('degraded'),
    storeRecovered: note('recovered'),
  };
  const buffer = {
    isBuffering: () => pending !== undefined,
    holds: (key: string) => pending?.has(key) === true,
  };
  const store = new GuardedStore(faulty, {
    name: 'guarded',
    clock,
    observer,
    resilience: resolved(resilience),
    buffer,
  });
  return { store, faulty, hanging, rows, clock, told };
}

/** The options as a cache would resolve them. */
export function resolved(options: ResilienceOptions): ResolvedResilience {
  const problems = new Problems();
  return problems.settle<ResolvedResilience>(resolveResilience(options, problems));
}

/** A store of which single calls hang. */
export class HangingStore extends MapStore {
  readonly #gates: Promise<void>[] = [];

  /** The next write hangs until the answer is called, also when others have gone by. */
  hangNextWrite(): () => void {
    const { promise, resolve } = held<void>();
    this.#gates.push(promise);
    return () => resolve();
  }

  override async apply(operations: readonly Operation[], options = {}): Promise<void> {
    await this.#gates.shift();
    await super.apply(operations, options);
  }
}

/** A change that sets a key. */
export function put(key: string, version: number, tags: readonly string[] = []): Operation {
  return { type: 'set', row: { key, value: `${version}`, expiresAt: undefined, version, tags } };
}

/** A change that deletes a key. */
export function removal(key: string, version: number): Operation {
  return { type: 'delete', key, version };
}

/** The code of what a call is refused with, or `'answered'`. */
export function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: CacheError) => error.code,
  );
}

function textOf(about: unknown): string {
  if (about === undefined) return '';
  return about instanceof Error ? about.message : String(about);
}
