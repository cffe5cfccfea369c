import type { Recorder } from './events/recorder.js';
import { evictionStrategies, resolveEviction } from './eviction/resolve.js';
import type { History } from './history/history.js';
import { type ByteSize, parseByteSize } from './kernel/byte-size.js';
import type { MemoryTier } from './memory/memory-tier.js';
import type { ResolvedOptions } from './options.js';
import { capture, type Capture } from './snapshot/capture.js';
import {
  parseFile,
  resolveRestoring,
  resolveSaving,
  type RestoreSnapshotOptions,
  type SaveSnapshotOptions,
} from './snapshot/file-options.js';
import type { InCharge, SnapshotParts } from './snapshot/parts.js';
import { assertRestorable, restoreFile } from './snapshot/restore-file.js';
import { restoreSnapshot } from './snapshot/restore-snapshot.js';
import { saveFile, type SnapshotReport } from './snapshot/save-file.js';
import { parseEntries, serialize } from './snapshot/serialize.js';
import type { Snapshot } from './snapshot/snapshot.js';
import { takeSnapshot } from './snapshot/take-snapshot.js';
import { verifyFile, withFile } from './snapshot/verify-file.js';
import type { WarmStart } from './snapshot/warm-start.js';
import type { StoreSide } from './store-side.js';
import type { Participant } from './transaction/participant.js';
import type { KeyOrder } from './write/key-order.js';
import { writePolicies } from './write/resolve.js';
import type { LoadedEntries } from './write/loaded-entries.js';
import type { Writer } from './write/writer.js';

/** What copies of a whole cache are made of, and put back to. */
export interface SnapshotControlsParts<V> extends Omit<SnapshotParts<V>, 'memory'> {
  readonly options: ResolvedOptions<V>;
  readonly memory: MemoryTier<V>;
  readonly side: StoreSide | undefined;
  readonly order: KeyOrder;
  readonly writer: Writer<V>;
  readonly keeper: Pick<LoadedEntries<V>, 'awaitsStore'>;
  readonly history: History<V>;
  readonly recorder: Recorder<V>;
  readonly participant: Participant<V>;
  /** Nothing where none was asked for. */
  readonly warmStart: WarmStart<V> | undefined;
}

/** Copies of a whole cache: in memory, in a file, as a text. */
export abstract class SnapshotControls<V> {
  readonly #parts: SnapshotControlsParts<V>;

  constructor(parts: SnapshotControlsParts<V>) {
    this.#parts = parts;
  }

  /** @throws CacheError `closed`. */
  protected abstract assertOpen(): void;

  /**
   * A deep copy of everything at one moment: entries with their lives and hits, the store's rows, the names of strategy and policy. Flushes
   * first; writes wait for that and for the first rows, and then go on beside it. For what does not fit into memory twice there is {@link saveSnapshot}.
   */
  async snapshot(): Promise<Snapshot> {
    const snapshot = await takeSnapshot(await this.#capture());
    this.#parts.recorder.emit({ type: 'snapshot_taken', entries: snapshot.entries.length });
    return snapshot;
  }

  /**
   * Puts a snapshot in the place of everything, or changes nothing; lives go on as they were when it was taken. Writes wait for it. What was counted
   * stays counted, the history of commands is cleared.
   * @throws CacheError `bad_snapshot` where it is damaged or does not fit, `bad_value`, `store_failed`, `in_transaction`.
   */
  async restore(snapshot: Snapshot): Promise<void> {
    this.#parts.participant.assertOutside('restore');
    return this.alone(async () => {
      const entries = await this.#replacing(() => restoreSnapshot(this.#parts, snapshot));
      await this.#restored(entries, snapshot);
    });
  }

  /**
   * As {@link snapshot}, into a file, a piece at a time: it takes little more memory than a reference for each entry. The file is written beside
   * the old one, synced and renamed, so that there is always a whole one; it is its owner's alone (0600).
   * @throws CacheError `bad_snapshot` where it cannot be written, `bad_value` where a value cannot, `store_failed`.
   */
  async saveSnapshot(file: string, options: SaveSnapshotOptions = {}): Promise<SnapshotReport> {
    const [path, resolved] = [parseFile('file', file), resolveSaving(options)];
    const contents = { content: 'snapshot', cache: this.#parts.options.name, hasValues: true } as const;
    const report = await saveFile(await this.#capture(), path, { ...resolved, ...contents });
    this.#parts.recorder.emit({ type: 'snapshot_taken', entries: report.entries });
    return report;
  }

  /**
   * As {@link restore}, from a file, a piece at a time. It is read twice: checked from beginning to end first, while everything goes on, and then put
   * in the place of everything. What has elapsed since it was taken is taken off all lives.
   * @throws CacheError `bad_snapshot` saying what is wrong with it, `bad_value`, `store_failed`; nothing is changed then.
   */
  async restoreSnapshot(file: string, options: RestoreSnapshotOptions = {}): Promise<SnapshotReport> {
    this.assertOpen();
    this.#parts.participant.assertOutside('restoreSnapshot');
    const [path, resolved] = [parseFile('file', file), resolveRestoring({ ...options })];
    return withFile(path, async (handle) => {
      const fits = (header: Parameters<typeof assertRestorable>[1]): void =>
        assertRestorable(this.#parts, header);
      const verified = await verifyFile(handle, resolved, fits);
      const { eviction, writePolicy } = verified.header;
      return this.alone(async () => {
        const report = await this.#replacing(() => restoreFile(this.#parts, verified));
        await this.#restored(report.entries, { eviction, writePolicy: writePolicy ?? undefined });
        return report;
      });
    });
  }

  /**
   * The entries in memory as JSON text: values as the codec writes them, tags, and what is left of lives. For carrying them elsewhere; what is in
   * the store alone is not in it, and uses are not.
   * @throws CacheError `bad_value` where a value cannot be written, `bad_snapshot` where the text would be longer than a string can be.
   */
  async serialize(): Promise<string> {
    this.assertOpen();
    const { eviction } = this.#parts.memory.table;
    return serialize(
      await capture({ ...this.#parts, store: undefined }, { eviction, writePolicy: undefined }),
    );
  }

  /**
   * Writes the entries of a text of {@link serialize}, all of them as one batch, or none; answers how many. Other entries stay. What has elapsed since is
   * taken off their lives.
   * @param options `maxBytes`: what the text may take as UTF-8; `'64mb'` by default.
   * @throws CacheError `bad_snapshot` where it is too large or not such a text, `bad_value` where a value cannot be read.
   */
  async deserialize(text: string, options: { readonly maxBytes?: ByteSize } = {}): Promise<number> {
    this.assertOpen();
    const maxBytes = parseByteSize('maxBytes', options.maxBytes ?? '64mb');
    const entries = await parseEntries<V>(this.#parts, text, maxBytes);
    this.assertOpen();
    await (this.#parts.participant.view ?? this.#parts.writer).set([...entries]);
    return entries.size;
  }

  /**
   * Resolves when the warm start is over, with how many entries it brought into memory: 0 where none was asked for, there was no file, or it could not be
   * used, which an event says. Never rejects. To wait for it is never necessary.
   */
  async whenWarm(): Promise<number> {
    return (await this.#parts.warmStart?.over) ?? 0;
  }

  #capture(): Promise<Capture> {
    const { side, memory, keeper } = this.#parts;
    const awaitsStore = (key: string, version: number): boolean => keeper.awaitsStore(key, version);
    return this.alone(async () => {
      // Without a store it is of the moment of the call.
      if (side !== undefined) await side.policy.flush();
      const inCharge = { eviction: memory.table.eviction, writePolicy: side?.policyName };
      return capture(this.#parts, { ...inCharge, awaitsStore });
    });
  }

  #replacing<T>(restore: () => Promise<T>): Promise<T> {
    const { side } = this.#parts;
    return side === undefined ? restore() : side.replacing(restore);
  }

  async #restored(entries: number, inCharge: InCharge): Promise<void> {
    const { history, recorder } = this.#parts;
    history.clear();
    await this.#seat(inCharge);
    recorder.emit({ type: 'snapshot_restored', entries });
  }

  /** Puts those in charge that were when the snapshot was taken; factories of the user's own cannot be told by name. */
  async #seat({ eviction, writePolicy }: InCharge): Promise<void> {
    const { side, memory, recorder } = this.#parts;
    const from = memory.table.eviction;
    if (eviction !== from && isIn(evictionStrategies, eviction)) {
      memory.table.swapEviction(resolveEviction(eviction));
      recorder.emit({ type: 'strategy_swapped', from, to: eviction });
    }
    if (side === undefined || writePolicy === undefined || writePolicy === side.policyName) return;
    if (isIn(writePolicies, writePolicy)) await side.swap(writePolicies[writePolicy]);
  }

  /** Runs a task when every write under way has ended; later ones wait for it. @throws CacheError `closed`. */
  protected async alone<T>(task: () => Promise<T>): Promise<T> {
    this.assertOpen();
    return this.#parts.order.alone(task);
  }
}

function isIn<R extends object>(register: R, name: string): name is keyof R & string {
  return Object.hasOwn(register, name);
}
