import type { Durability, JournalRecord, Operation } from 'nuthatch/engine';
import { FakeClock, settle } from 'nuthatch/testing';
import type { Disk } from '../../libs/engine/src/journal/disk.js';
import type { Machine } from '../../libs/engine/src/kernel/machine.js';
import { resolveFileJournalOptions } from '../../libs/engine/src/journal/options.js';
import { OwnedJournal } from '../../libs/engine/src/journal/owned-journal.js';

export const DIRECTORY = '/var/journal';

/** The processes of a few machines. */
export class Processes {
  readonly #running = new Set<string>();
  #last = 0;

  /** Starts a process. */
  start(host = 'here'): Machine & { readonly pid: number; kill(): void } {
    const pid = ++this.#last;
    const running = this.#running;
    running.add(`${host} ${pid}`);
    return {
      pid,
      kill: () => running.delete(`${host} ${pid}`),
      self: async () => ({ pid, host, startedAt: '1' }),
      isRunning: async (id) => running.has(`${id.host} ${id.pid}`),
    };
  }
}

export interface Setting {
  readonly durability?: Exclude<Durability, 'memory'>;
  readonly recover?: 'strict' | 'salvage';
  readonly segmentBytes?: number;
  readonly namespace?: string;
  readonly clock?: FakeClock;
  readonly machine?: Machine;
}

export interface Opened {
  readonly journal: OwnedJournal;
  readonly clock: FakeClock;
  readonly found: readonly JournalRecord[];
  readonly adopted: JournalRecord[];
  readonly problems: Error[];
}

/** A journal on a disk that has not been opened. */
export function make(disk: Disk, setting: Setting = {}): Omit<Opened, 'found'> {
  const { recover = 'strict', segmentBytes = 8 * 2 ** 20, clock = new FakeClock() } = setting;
  const [adopted, problems]: [JournalRecord[], Error[]] = [[], []];
  const observer = {
    adopted: (records: readonly JournalRecord[]) => adopted.push(...records),
    troubled: (problem: Error) => problems.push(problem),
  };
  const { durability = 'journal', namespace = 'birds', machine = new Processes().start() } = setting;
  const settings = resolveFileJournalOptions({ directory: DIRECTORY, recover, segmentBytes });
  const context = { namespace, clock, durability, observer };
  return { journal: new OwnedJournal(settings, context, { disk, machine }), clock, adopted, problems };
}

/** A journal on a disk. A process of its own opens it, which cannot see the one before. */
export async function open(disk: Disk, setting: Setting = {}): Promise<Opened> {
  const made = make(disk, setting);
  return { ...made, found: await made.journal.open() };
}

export function set(key: string, value: string | Uint8Array = key, version = 1): Operation {
  return { type: 'set', row: { key, value, expiresAt: undefined, version, tags: [] } };
}

export function keysOf(records: readonly JournalRecord[]): string[] {
  return records.map(({ operation }) => (operation.type === 'set' ? operation.row.key : operation.key));
}

/** Lets time pass, and the disk do what that brings about. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 50; turn++) await settle();
}
