import type { Fence, Fencing } from '../kernel/fencing.js';

/** The line of changes of one key that nobody but the commands of one history made. */
export type Lineage = number;

interface Line {
  readonly lineage: Lineage;
  fence: Fence;
}

/**
 * Tells whether a key was changed by anybody but the commands: each change of theirs renews a fence, any other breaks it and so begins
 * a new line. Expiry and eviction change nothing.
 */
export class Lineages {
  readonly #fencing: Fencing;
  readonly #lines = new Map<string, Line>();
  #last: Lineage = 0;

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  /** The line that the key is in now. */
  current(key: string): Lineage {
    const line = this.#lines.get(key);
    if (line?.fence.holds()) return line.lineage;
    line?.fence.release();
    const next = { lineage: ++this.#last, fence: this.#fencing.enter(key) };
    this.#lines.set(key, next);
    return next.lineage;
  }

  /** A command has just changed the key: that does not end its line. */
  renew(key: string): void {
    const line = this.#lines.get(key);
    if (line === undefined) return;
    line.fence.release();
    line.fence = this.#fencing.enter(key);
  }

  /** Forgets every key but these. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, line] of this.#lines) {
      if (keys.has(key)) continue;
      line.fence.release();
      this.#lines.delete(key);
    }
  }
}
