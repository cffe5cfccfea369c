/** Beyond so many names the older half is summed up in one floor, so that the book stays small. */
const MOST_NAMES = 10_000;

/** Remembers for each name up to which version entries are gone. Versions only grow; bounded. */
export class Marks {
  readonly #goneUpTo = new Map<string, number>();
  /** What was written up to this version counts as gone, whatever its name: it is older than all names that are still told apart. */
  #floor = -1;
  #newest = 0;
  readonly #limit: number;

  constructor(limit = MOST_NAMES) {
    this.#limit = limit;
  }

  get newest(): number {
    return this.#newest;
  }

  /** Makes gone what has the name and was written up to `version`; answers whether older names were summed up for it. */
  add(name: string, version: number): boolean {
    this.#newest = Math.max(this.#newest, version);
    if (this.isGone(name, version)) return false;
    // Taken out first, so that the book is in order of version.
    this.#goneUpTo.delete(name);
    this.#goneUpTo.set(name, version);
    if (this.#goneUpTo.size <= this.#limit) return false;
    this.#sumUpOlderHalf();
    return true;
  }

  isGone(name: string, version: number): boolean {
    return version <= this.#floor || version <= (this.#goneUpTo.get(name) ?? -1);
  }

  /** Makes gone all that was written up to `version`. */
  addFloor(version: number): void {
    this.#newest = Math.max(this.#newest, version);
    this.#floor = Math.max(this.#floor, version);
    for (const [name, upTo] of this.#goneUpTo) if (upTo <= version) this.#goneUpTo.delete(name);
  }

  /** Takes back what {@link add} has said of a name, unless it was said again since. */
  forgive(name: string, version: number): void {
    if (this.#goneUpTo.get(name) === version) this.#goneUpTo.delete(name);
  }

  names(): Iterable<string> {
    return this.#goneUpTo.keys();
  }

  /** O(names). */
  copy(): Marks {
    const copy = new Marks(this.#limit);
    for (const [name, version] of this.#goneUpTo) copy.#goneUpTo.set(name, version);
    copy.#floor = this.#floor;
    copy.#newest = this.#newest;
    return copy;
  }

  #sumUpOlderHalf(): void {
    for (const [name, version] of this.#goneUpTo) {
      if (this.#goneUpTo.size <= this.#limit / 2) return;
      this.#goneUpTo.delete(name);
      this.#floor = Math.max(this.#floor, version);
    }
  }
}
