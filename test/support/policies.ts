import {
  type FlushObserver,
  MapStore,
  type Row,
  type WriteBackOptions,
  type WriteContext,
  type WritePolicy,
  writePolicies,
  type WritePolicyName,
} from 'nuthatch/engine';
import { FakeClock, FaultyStore } from 'nuthatch/testing';
import type { JournalDisk } from './fake-journal.js';

/** A policy under test, over a store that fails when it is told to. */
export interface OpenedPolicy {
  readonly policy: WritePolicy;
  readonly clock: FakeClock;
  readonly store: FaultyStore;
  readonly rows: Map<string, Row>;
  /** What the observer was told, a line each. */
  readonly told: string[];
  /** The versions that the cache was told of. */
  readonly versions: number[];
  /** What a reader finds behind memory. */
  seen(key: string): string | undefined;
}

/** What a policy is made over; two with the same rows and disk are two lives of one process. */
export interface PolicyOptions {
  readonly name?: WritePolicyName;
  readonly rows?: Map<string, Row>;
  readonly disk?: JournalDisk;
  readonly clock?: FakeClock;
  readonly writeBack?: Partial<WriteBackOptions>;
}

/** Makes and opens a policy of the register. */
export async function openPolicy(options: PolicyOptions = {}): Promise<OpenedPolicy> {
  const opened = makePolicy(options);
  await opened.policy.open?.();
  return opened;
}

/** Makes a policy that is yet to be opened. */
export function makePolicy({
  name = 'writeBack',
  rows = new Map<string, Row>(),
  disk,
  clock = new FakeClock(),
  writeBack,
}: PolicyOptions = {}): OpenedPolicy {
  const store = new FaultyStore(new MapStore({}, rows));
  const told: string[] = [];
  const versions: number[] = [];
  const context: WriteContext = {
    name: 'test',
    store,
    clock,
    observer: telling(told),
    writeBack: { ...DEFAULTS, durability: disk === undefined ? 'memory' : 'journal', ...writeBack },
    journal:
      disk && ((observer) => disk.create({ namespace: 'test', clock, durability: 'journal', observer })),
    versionFound: (version) => versions.push(version),
  };
  const policy = writePolicies[name].create(context);
  const seen = (key: string): string | undefined => {
    const pending = policy.pending(key);
    const found = pending === undefined ? rows.get(key) : pending.type === 'set' ? pending.row : undefined;
    return found?.value.toString();
  };
  return { policy, clock, store, rows, told, versions, seen };
}

/** A row whose value is text. */
export function row(key: string, value: string, version = 1): Row {
  return { key, value, expiresAt: undefined, version, tags: [] };
}

const DEFAULTS: WriteBackOptions = {
  flushIntervalMs: 1000,
  flushCount: 100,
  flushBytes: 2 ** 20,
  maxPending: 1000,
  maxPendingBytes: 2 ** 24,
  overflow: 'block',
  maxAttempts: 10,
  durability: 'memory',
};

function telling(told: string[]): FlushObserver {
  return {
    flushed: (writes) => told.push(`flushed ${writes}`),
    flushFailed: (writes) => told.push(`failed ${writes}`),
    retrying: () => undefined,
    deadLettered: (key, attempts) => told.push(`dead ${key} after ${attempts}`),
    journalTroubled: (problem) => told.push(`journal: ${String(problem)}`),
  };
}
