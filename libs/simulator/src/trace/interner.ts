/** A `Map` of V8 holds 2^24 entries at most, and doubles on its way there. */
const MOST_KEYS = 1 << 23;

/** Numbers keys in the order in which they are met. */
export class Interner {
  readonly #full: Map<string | number, number>[] = [];
  #open = new Map<string | number, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  numberOf(key: string | number): number {
    return this.#open.get(key) ?? this.#earlier(key) ?? this.#add(key);
  }

  #earlier(key: string | number): number | undefined {
    for (const map of this.#full) {
      const known = map.get(key);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  #add(key: string | number): number {
    if (this.#open.size === MOST_KEYS) {
      this.#full.push(this.#open);
      this.#open = new Map();
    }
    this.#open.set(typeof key === 'string' ? detached(key) : key, this.#size);
    return this.#size++;
  }
}

/** A part of a longer text keeps all of it alive; a copy does not. */
function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
