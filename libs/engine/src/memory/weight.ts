/** Sizes of V8's heap objects on a 64-bit machine without pointer compression, as Node runs: a word is 8 bytes. */
const WORD = 8;
const OBJECT = 3 * WORD;
const ARRAY = 4 * WORD;
const STRING = 2 * WORD;
const COLLECTION_MEMBER = 3 * WORD;
/** What an entry costs in the cache itself: its place in the map and the arrays, and in a strategy's. */
const ENTRY = 88;
/** Of a longer list only so many members are looked at; the others are taken to weigh the same on average. */
const SAMPLE = 32;
/** So many parts of one value are looked at; further ones count as {@link UNSEEN}. */
const MOST_PARTS = 2000;
const UNSEEN = 4 * WORD;

/**
 * Estimates the bytes that an entry takes in memory, without serialising it. Long lists are sampled and at most 2,000 parts are
 * looked at, so the cost is bounded; what is shared counts each time that it is met.
 */
export function estimateWeight(value: unknown, key: unknown): number {
  return ENTRY + new Scale().weigh(key) + new Scale().weigh(value);
}

class Scale {
  #partsLeft = MOST_PARTS;

  weigh(value: unknown): number {
    switch (typeof value) {
      case 'string':
        return STRING + Math.ceil(value.length / WORD) * WORD;
      case 'number':
        return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : 2 * WORD;
      case 'bigint':
        return 3 * WORD;
      case 'object':
        return value === null ? 0 : this.#weighPart(value);
      default:
        return 0;
    }
  }

  #weighPart(value: object): number {
    if (this.#partsLeft-- <= 0) return UNSEEN;
    if (Array.isArray(value)) return ARRAY + value.length * WORD + this.#weighSome(value, value.length);
    if (ArrayBuffer.isView(value)) return 12 * WORD + value.byteLength;
    if (value instanceof ArrayBuffer) return 8 * WORD + value.byteLength;
    if (value instanceof Map) return this.#weighCollection(value, flat(value), 2);
    if (value instanceof Set) return this.#weighCollection(value, value, 1);
    return this.#weighProperties(value);
  }

  #weighCollection({ size }: { readonly size: number }, members: Iterable<unknown>, width: number): number {
    return ARRAY + size * COLLECTION_MEMBER + this.#weighSome(members, size * width);
  }

  #weighProperties(value: object): number {
    let bytes = OBJECT;
    for (const name in value) {
      // Reads by a name that was just listed.
      bytes += WORD + this.weigh((value as Readonly<Record<string, unknown>>)[name]);
    }
    return bytes;
  }

  /** The weight of `count` members, judged by the first few. */
  #weighSome(members: Iterable<unknown>, count: number): number {
    let bytes = 0;
    let seen = 0;
    for (const member of members) {
      if (seen === SAMPLE) break;
      bytes += this.weigh(member);
      seen++;
    }
    return seen === 0 ? 0 : Math.ceil((bytes / seen) * count);
  }
}

function* flat(map: ReadonlyMap<unknown, unknown>): Generator<unknown> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}
