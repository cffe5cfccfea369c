import type { Fence, Fencing } from '../kernel/fencing.js';

/** The line of changes of one key that nobody but the commands of one history made. */
export type Lineage = number;

interface Line {
  lineage: Lineage;
  fence: Fence;
  /** How many steps want to know of it. */
  holders: number;
}

/**
 * Tells whether a key was changed by anybody but the commands: each change of theirs renews a fence, any other breaks it and so begins
 * a new line. Expiry and eviction change nothing. A key costs something only while a step holds its line.
 */
export class Lineages {
  readonly #fencing: Fencing;
  readonly #lines = new Map<string, Line>();
  #last: Lineage = 0;

  constructor(fencing: Fencing) {
    this.#fencing = fencing;
  }

  /** The line that the key is in now, to be held until {@link leave}. */
  enter(key: string): Lineage {
    const line = this.#lineOf(key);
    if (!line.fence.holds()) {
      line.lineage = ++this.#last;
      this.#mend(line, key);
    }
    line.holders++;
    return line.lineage;
  }

  /** Whether the key is still in a line that is held. */
  isIn(key: string, lineage: Lineage): boolean {
    const line = this.#lines.get(key);
    return line?.lineage === lineage && line.fence.holds();
  }

  leave(keys: Iterable<string>): void {
    for (const key of keys) {
      const line = this.#lines.get(key);
      if (line === undefined || --line.holders > 0) continue;
      line.fence.release();
      this.#lines.delete(key);
    }
  }

  /** A command has just changed the keys: that does not end their lines. */
  renew(keys: Iterable<string>): void {
    for (const key of keys) {
      const line = this.#lines.get(key);
      if (line !== undefined) this.#mend(line, key);
    }
  }

  /** Runs a change of a command by which every fence falls: a line that has not ended before goes on. */
  survive(change: () => void): void {
    const unbroken = [...this.#lines].filter(([, { fence }]) => fence.holds());
    change();
    this.renew(unbroken.map(([key]) => key));
  }

  #lineOf(key: string): Line {
    const present = this.#lines.get(key);
    if (present !== undefined) return present;
    const line = { lineage: ++this.#last, fence: this.#fencing.enter(key), holders: 0 };
    this.#lines.set(key, line);
    return line;
  }

  #mend(line: Line, key: string): void {
    line.fence.release();
    line.fence = this.#fencing.enter(key);
  }
}
