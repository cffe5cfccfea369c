import { Marks } from './marks.js';

/** Remembers for each prefix up to which version entries are gone whose keys begin with it. */
export class PrefixMarks {
  #marks = new Marks();
  /** Of the prefixes, ascending: a key is looked up once for each. */
  #lengths: readonly number[] = [];

  add(prefix: string, version: number): void {
    if (prefix === '') this.#marks.addFloor(version);
    if (prefix === '' || this.#marks.add(prefix, version)) this.#measureAll();
    else if (!this.#lengths.includes(prefix.length)) this.#measureAll();
  }

  /** Looks nothing up where every prefix is older. */
  isGone(key: string, version: number): boolean {
    if (version > this.#marks.newest) return false;
    if (this.#marks.isGone('', version)) return true;
    for (const length of this.#lengths) {
      if (length > key.length) return false;
      if (this.#marks.isGone(key.slice(0, length), version)) return true;
    }
    return false;
  }

  copy(): PrefixMarks {
    const copy = new PrefixMarks();
    copy.#marks = this.#marks.copy();
    copy.#lengths = this.#lengths;
    return copy;
  }

  #measureAll(): void {
    const lengths = new Set<number>();
    for (const prefix of this.#marks.names()) lengths.add(prefix.length);
    this.#lengths = [...lengths].sort((one, other) => one - other);
  }
}
