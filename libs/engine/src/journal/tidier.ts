import { journalUnusable } from '../kernel/errors.js';
import type { Chain, Segment } from './chain.js';
import { headerBytes } from './header.js';
import type { Living } from './living.js';
import type { Log } from './log.js';
import type { Entry } from './record.js';
import { scan } from './scan.js';

/** A journal takes at most so many times the bytes of what is wanted, and two segments. */
const MOST_WASTE = 4;
const SPARE_SEGMENTS = 2;

/** What a tidier works on. */
export interface TidierParts {
  readonly chain: Chain;
  readonly living: Living;
  readonly log: Log;
  readonly namespace: string;
  readonly salt: number;
  readonly segmentBytes: number;
  troubled(problem: unknown): void;
}

/**
 * Removes segments in which nothing is wanted, and copies forward what is wanted where too much is not. Always the oldest first: what
 * a segment lets go of stands in it or before it, so nothing that was let go of can come back.
 */
export class Tidier {
  readonly #parts: TidierParts;
  #running: Promise<void> | undefined;
  /** After a failure, so that a full disk is not tried at every write. */
  #isResting = false;

  constructor(parts: TidierParts) {
    this.#parts = parts;
  }

  /** Begins in the background, where there is something to do. */
  tidy(): void {
    if (this.#isResting || this.#running !== undefined || this.#due() === undefined) return;
    this.#running = this.#run();
  }

  /** Tries again what has failed. */
  resume(): void {
    this.#isResting = false;
    this.tidy();
  }

  /** Ends after the segment that is being worked on. */
  async stop(): Promise<void> {
    this.#isResting = true;
    await this.#running;
  }

  /** The segment that is to go. */
  #due(): Segment | undefined {
    const { chain, living, segmentBytes } = this.#parts;
    const { oldest } = chain;
    if (oldest === undefined) return undefined;
    const most = MOST_WASTE * living.bytes + SPARE_SEGMENTS * segmentBytes;
    return oldest.living === 0 || chain.isForeign(oldest) || chain.bytes > most ? oldest : undefined;
  }

  async #run(): Promise<void> {
    try {
      for (let due = this.#due(); due !== undefined && !this.#isResting; due = this.#due()) {
        if (due.living > 0) await this.#copyForward(due);
        await this.#parts.chain.dropOldest();
      }
    } catch (error) {
      this.#isResting = true;
      this.#parts.troubled(error);
    }
    this.#running = undefined;
  }

  /** @throws where something that is wanted cannot be read: the segment then stays. */
  async #copyForward(segment: Segment): Promise<void> {
    const { namespace, salt, log } = this.#parts;
    const image = (await segment.file.read()).subarray(0, segment.bytes);
    const entries: Entry[] = [];
    for (const piece of scan({ image, end: image.length, salt }, headerBytes(namespace)))
      if (piece.kind === 'entry' && this.#isWanted(piece.entry, segment)) entries.push(piece.entry);
    await log.add((group) => {
      for (const entry of entries) {
        if (!this.#isWanted(entry, segment)) continue;
        if (entry.kind === 'change') group.change(entry.sequence, entry.operation, 'copied');
        if (entry.kind === 'death') group.death(entry.sequence, entry.death, 'copied');
      }
    });
    if (segment.living === 0) return;
    throw journalUnusable(
      segment.folder,
      `${segment.living} changes in segment ${segment.number} cannot be read back`,
    );
  }

  #isWanted(entry: Entry, segment: Segment): boolean {
    const { living } = this.#parts;
    if (entry.kind === 'change') return living.isChangeIn(entry.sequence, segment);
    return entry.kind === 'death' && living.isDeathIn(entry.sequence, segment);
  }
}
