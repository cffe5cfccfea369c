import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { turnOfTheLoop } from '../kernel/clock.js';
import { badSnapshot, CacheError, unwritableSnapshot } from '../kernel/errors.js';
import { syncFolder } from './atomic-file.js';
import { capture, type Capture } from './capture.js';
import { batchesOf } from './file-contents.js';
import type { FileHeader } from './file-format.js';
import type { ResolvedWarmStart } from './file-options.js';
import type { SnapshotParts } from './parts.js';
import { elapsedSince } from './restore-file.js';
import { saveFile, type SnapshotReport } from './save-file.js';
import { assertCodec } from './snapshot.js';
import { verifyFile, type VerifiedFile, withFile } from './verify-file.js';
import { Warmer, type WarmerParts } from './warmer.js';

/** What a warm start works on. */
export interface WarmStartParts<V> extends WarmerParts<V> {
  /** The name of the cache. */
  readonly name: string;
  /** Answers whether a row has not been invalidated by one of its tags, as far as is known now. */
  readonly currentNow: SnapshotParts<V>['currentNow'];
  /** The name of the strategy in charge. */
  readonly eviction: () => string;
  readonly observer: WarmObserver;
}

/** Told how a warm start went. */
export interface WarmObserver {
  warmed(entries: number, durationMs: number): void;
  failed(step: 'load' | 'save', error: CacheError): void;
}

/**
 * Carries what a cache has in memory from one process to the next: saved when the cache is closed, brought back in the background after it was
 * opened. Nothing of it ever fails the cache. Where there is a store, the file says which entries there were, with what uses, and their values come from the
 * store, so that nothing stale comes back.
 */
export class WarmStart<V> {
  readonly #parts: WarmStartParts<V>;
  readonly #options: ResolvedWarmStart;
  readonly #warmer: Warmer<V>;
  /** Resolves when the loading is over, with how many entries it brought. Never rejects. */
  readonly over: Promise<number>;

  /** Begins to load. */
  constructor(parts: WarmStartParts<V>, options: ResolvedWarmStart) {
    this.#parts = parts;
    this.#options = options;
    this.#warmer = new Warmer(parts);
    this.over = this.#load();
  }

  /** Loads nothing more. */
  stop(): void {
    this.#warmer.stop();
  }

  /** Saves what is in memory now; to be called with nothing pending. Never rejects. @param isLate asked all the time; ends the saving where true. */
  async save(isLate: () => boolean): Promise<SnapshotReport | undefined> {
    const { name, hasStore } = this.#parts;
    const hasValues = !hasStore;
    const contents = { content: 'warm', cache: name, hasValues, isCancelled: isLate } as const;
    try {
      const captured = await this.#capture(hasValues);
      return await saveFile(captured, this.#options.file, { ...this.#options, ...contents });
    } catch (error) {
      this.#parts.observer.failed('save', unwritableSnapshot(this.#options.file, error));
      return undefined;
    }
  }

  async #load(): Promise<number> {
    // Whoever waits for the cache to open comes first, and can subscribe to what happens.
    await turnOfTheLoop();
    const { clock, observer } = this.#parts;
    const startedAt = clock.now();
    try {
      const entries = await withFile(this.#options.file, async (handle) => {
        await this.#take();
        return this.#bring(await verifyFile(handle, this.#options, (header) => this.#assertFits(header)));
      });
      observer.warmed(entries, clock.now() - startedAt);
      return entries;
    } catch (error) {
      if (!isMissing(error)) observer.failed('load', asCacheError(error));
      return 0;
    } finally {
      this.#warmer.stop();
    }
  }

  /** A file serves once: what is changed after it was read would come back old with the next start, if this process were killed. */
  async #take(): Promise<void> {
    const path = resolve(this.#options.file);
    await rm(path);
    await syncFolder(dirname(path));
  }

  #assertFits(header: FileHeader): void {
    const { codec, clock, name, hasStore } = this.#parts;
    if (header.content !== 'warm') throw badSnapshot('it is a snapshot, for cache.restoreSnapshot');
    if (header.cache !== name)
      throw badSnapshot(
        `it is of the cache ${JSON.stringify(header.cache)}, this is ${JSON.stringify(name)}`,
      );
    if (!hasStore) {
      if (!header.hasValues) throw badSnapshot('its values are in a store, and this cache has none');
      assertCodec(header, String(codec.name));
    }
    const ageMs = elapsedSince(header.takenAt, clock.wallNow());
    const { maxAgeMs } = this.#options;
    if (ageMs > maxAgeMs)
      throw badSnapshot(
        `it is ${Math.round(ageMs / 1000)} s old, maxAge is ${Math.round(maxAgeMs / 1000)} s`,
      );
  }

  async #bring({ header, reader }: VerifiedFile): Promise<number> {
    this.#warmer.begin(header);
    for await (const batch of batchesOf(reader)) {
      if (batch.kind === 'entries') await this.#warmer.add(batch.entries);
      if (this.#warmer.isStopped) break;
    }
    return this.#warmer.count;
  }

  /** Entries whose value cannot be written, such as a function, stay behind. Where there is a store, it has the values. */
  async #capture(hasValues: boolean): Promise<Capture> {
    const writePolicy = undefined;
    const codec = hasValues ? this.#parts.codec : NO_VALUES;
    return capture(
      { ...this.#parts, codec, store: undefined },
      { eviction: this.#parts.eviction(), writePolicy, skipsUnwritable: true },
    );
  }
}

const NO_VALUES = { name: 'none', encode: () => '', decode: () => undefined };

function asCacheError(error: unknown): CacheError {
  return error instanceof CacheError ? error : badSnapshot('it could not be read', error);
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof CacheError ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT';
}
