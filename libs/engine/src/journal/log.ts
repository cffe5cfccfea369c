import { otherPromises, turnOfTheLoop } from '../kernel/clock.js';
import { journalUnusable, reason } from '../kernel/errors.js';
import type { Operation } from '../store/backing-store.js';
import { Bytes } from './bytes.js';
import type { Chain } from './chain.js';
import { Group } from './group.js';
import type { Living } from './living.js';

/** Beyond this a write is begun although others could join, so that no buffer grows without end. */
const LARGEST_GROUP_BYTES = 4 * 1024 * 1024;
/** Writers that wait for nothing but this log let the event loop turn after so many writes. */
const WRITES_PER_TURN = 10;

/** What a log is made of. */
export interface LogParts {
  readonly chain: Chain;
  readonly living: Living;
  readonly salt: number;
  /** Whether a write waits for the disk: then it is worth waiting for others to share it. */
  readonly isSynced: boolean;
  /** Called after every write. */
  written(): void;
}

/**
 * Brings entries to the segments, in the order in which they come. What comes while a write is under way is written together; so is what
 * promises that are settled by now lead to, and where writes are synced, what comes in one turn of the event loop.
 */
export class Log {
  readonly #parts: LogParts;
  readonly #groups: Group[] = [];
  #released: number[] = [];
  #spare: Bytes | undefined;
  #running: Promise<void> | undefined;
  /** Writes since the event loop has turned. */
  #inARow = 0;
  #sequence = 0;

  constructor(parts: LogParts) {
    this.#parts = parts;
  }

  /** How many releases are not written yet. */
  get releasing(): number {
    return this.#released.length;
  }

  /** Draws a sequence for a change. */
  draw(): number {
    return ++this.#sequence;
  }

  /** Appends changes; answers the sequence of the first. */
  async append(operations: readonly Operation[]): Promise<number> {
    const first = this.#sequence + 1;
    await this.add((group) => {
      for (const operation of operations) group.change(this.draw(), operation);
    });
    return first;
  }

  /** Lets `write` add entries; resolves when they are written. */
  add(write: (group: Group) => void): Promise<void> {
    const group = this.#gathering();
    try {
      group.add(write);
    } catch (error) {
      return Promise.reject(journalUnusable(this.#parts.chain.folder, reason(error), error));
    } finally {
      this.#start();
    }
    return group.written;
  }

  /** Remembers that changes are let go of; it is written with what comes next. */
  release(sequences: readonly number[]): void {
    for (const sequence of sequences) if (this.#parts.living.release(sequence)) this.#released.push(sequence);
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Resolves when all releases are written, also those that are on their way: the next group takes along what failed. */
  settled(): Promise<void> {
    return this.add(() => undefined);
  }

  /** Writes the releases that wait. */
  async writeReleases(): Promise<void> {
    if (this.#released.length > 0) await this.add(() => undefined);
  }

  #gathering(): Group {
    const last = this.#groups.at(-1);
    if (last !== undefined && last.bytes.length < LARGEST_GROUP_BYTES) return last;
    const group = new Group(this.#parts.salt, this.#takeSpare());
    // Those who wait are told; a write that nobody waits for must not end the process.
    group.written.catch(() => undefined);
    this.#groups.push(group);
    return group;
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#groups.length > 0) {
      await this.#gathered();
      const group = this.#groups.shift();
      if (group !== undefined) await this.#write(group);
    }
    this.#running = undefined;
  }

  /** Gives others the time to join. */
  async #gathered(): Promise<void> {
    if (!this.#parts.isSynced && ++this.#inARow < WRITES_PER_TURN) return otherPromises();
    this.#inARow = 0;
    await turnOfTheLoop();
  }

  async #write(group: Group): Promise<void> {
    const { chain, living, written } = this.#parts;
    const released = this.#released;
    this.#released = [];
    try {
      if (released.length > 0) group.release(released);
      const isEmpty = group.bytes.length === 0;
      group.succeed(isEmpty ? undefined : await chain.append(group.bytes.view()), living);
    } catch (error) {
      this.#released = released.concat(this.#released);
      group.fail(journalUnusable(chain.folder, `it cannot be written: ${reason(error)}`, error));
    }
    this.#keepSpare(group.bytes);
    written();
  }

  #takeSpare(): Bytes {
    const spare = this.#spare ?? new Bytes();
    this.#spare = undefined;
    return spare;
  }

  #keepSpare(bytes: Bytes): void {
    if (bytes.length > LARGEST_GROUP_BYTES) return;
    bytes.cutTo(0);
    this.#spare = bytes;
  }
}
