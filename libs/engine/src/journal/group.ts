import type { Operation } from '../store/backing-store.js';
import type { Death } from '../write/journal.js';
import { Bytes } from './bytes.js';
import type { Segment } from './chain.js';
import type { Living } from './living.js';
import { encode, runsOf } from './record.js';

/** How an entry came into a group. */
type Origin = 'new' | 'copied';

interface Note {
  readonly kind: 'change' | 'death';
  readonly origin: Origin;
  readonly sequence: number;
  readonly bytes: number;
}

/** Entries that share one write. */
export class Group {
  readonly bytes: Bytes;
  readonly salt: number;
  /** Settles when the write has. */
  readonly written: Promise<void>;
  readonly #notes: Note[] = [];
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(salt: number, bytes: Bytes) {
    this.salt = salt;
    this.bytes = bytes;
    this.written = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  change(sequence: number, operation: Operation, origin: Origin = 'new'): void {
    const bytes = encode(this, { kind: 'change', sequence, operation });
    this.#notes.push({ kind: 'change', origin, sequence, bytes });
  }

  death(sequence: number, death: Death, origin: Origin = 'new'): void {
    const bytes = encode(this, { kind: 'death', sequence, death });
    this.#notes.push({ kind: 'death', origin, sequence, bytes });
  }

  release(sequences: readonly number[]): void {
    encode(this, { kind: 'release', runs: runsOf(sequences) });
  }

  /** Lets `write` add entries: all of them, or none where it throws. */
  add(write: (group: Group) => void): void {
    const [bytes, notes] = [this.bytes.length, this.#notes.length];
    try {
      write(this);
    } catch (error) {
      this.bytes.cutTo(bytes);
      this.#notes.length = notes;
      throw error;
    }
  }

  /** Everything stands in a segment now; in none where there was nothing. */
  succeed(segment: Segment | undefined, living: Living): void {
    if (segment !== undefined) this.#settle(segment, living);
    this.#resolve();
  }

  /** Nothing counts as written. */
  fail(error: unknown): void {
    this.#reject(error);
  }

  #settle(segment: Segment, living: Living): void {
    for (const { kind, origin, sequence, bytes } of this.#notes) {
      // What was let go of while it was being copied is not wanted again.
      if (origin === 'copied' && !living.has(sequence)) continue;
      if (kind === 'change') living.put(sequence, { segment, bytes });
      else living.bury(sequence, { segment, bytes });
    }
  }
}
