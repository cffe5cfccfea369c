import { types } from 'node:util';

/** Sizes of V8's heap objects on a 64-bit machine without pointer compression, as Node runs: a word is 8 bytes. */
const WORD = 8;
const OBJECT = 3 * WORD;
const ARRAY = 4 * WORD;
const STRING = 2 * WORD;
/** A number that is no small whole one has a box of its own, except in lists of nothing but numbers. */
const NUMBER = 2 * WORD;
const FUNCTION = 8 * WORD;
const DATE = 12 * WORD;
const VIEW = 24 * WORD;
const BUFFER = 8 * WORD;
/** A `Map` or `Set` before its table, and what a place in their tables takes. */
const COLLECTION = 8 * WORD;
const MAP_PLACE = 3.5 * WORD;
const SET_PLACE = 2.5 * WORD;
/** V8 keeps an object of more names as a hash table, with names of its own; a place in it takes three words. */
const MOST_SHARED_NAMES = 128;
const NAME_PLACE = 3 * WORD;

/** So many objects of one value are looked at, however many there are; a further one counts as {@link UNSEEN}. */
const MOST_PARTS = 200;
const UNSEEN = 4 * WORD;
/** Of a longer list only so many members are looked at; the others are taken to weigh the same on average. */
const SAMPLE = 32;
/** Strings that are longer are sampled for characters that make V8 store two bytes for each. */
const LONG_TEXT = 16_384;
const EXCERPTS = 8;
const EXCERPT = 1024;
/** V8 answers at once for a string that is stored with one byte a character, since nothing in it can match. */
const BEYOND_LATIN_1 = /[^\0-\u00ff]/;
/** Multiplied by squares, its fractions are spread as if by chance (Weyl, 1916). */
const IRRATIONAL = Math.E;

/** An estimate of the bytes that a value takes in memory, with all that it refers to. */
export function weigh(value: unknown): number {
  return isObject(value) ? new Scale().weigh(value) : weighSimple(value);
}

/** Weighs one value, part by part, until it has looked at enough of them. */
class Scale {
  #partsLeft = MOST_PARTS;

  weigh(value: object): number {
    if (this.#partsLeft <= 0) return UNSEEN;
    this.#partsLeft--;
    try {
      return this.#weighObject(value);
    } catch {
      // What refuses to be looked at, as a revoked proxy does, can be kept all the same.
      return UNSEEN;
    }
  }

  #weighObject(value: object): number {
    if (Array.isArray(value)) return this.#weighList(value);
    if (value.constructor === Object) return this.#weighProperties(value, readAny);
    if (ArrayBuffer.isView(value)) return VIEW + value.byteLength;
    if (types.isAnyArrayBuffer(value)) return BUFFER + value.byteLength;
    if (types.isDate(value)) return DATE;
    if (types.isMap(value)) return this.#weighMap(value);
    if (types.isSet(value)) return this.#weighSet(value);
    return this.#weighProperties(value, readOwn);
  }

  #weighList(list: readonly unknown[]): number {
    const looks = Math.min(list.length, isObject(list[0]) ? this.#fewParts() : SAMPLE);
    let bytes = 0;
    let holes = 0;
    let numbers = 0;
    for (let look = 0; look < looks; look++) {
      const at = placeOf(look, looks, list.length);
      const member = list[at];
      if (typeof member === 'number') numbers++;
      else if (member === undefined && !(at in list)) holes++;
      bytes += this.#weighShare(member, looks - look);
    }
    if (holes * 2 > looks) return this.#weighSparse(list);
    const members = numbers + holes === looks ? 0 : Math.ceil((bytes / looks) * list.length);
    return ARRAY + list.length * WORD + members;
  }

  /** V8 keeps a list of few members as a table, too, where each takes up to nine words. */
  #weighSparse(list: readonly unknown[]): number {
    const places = Object.keys(list);
    return ARRAY + Math.min(list.length, places.length * 9) * WORD + this.#weighNamed(list, places, readAny);
  }

  #weighMap(map: ReadonlyMap<unknown, unknown>): number {
    const { size } = map;
    return (
      COLLECTION +
      powerOfTwo(size) * MAP_PLACE +
      this.#weighFirst(map.keys(), size) +
      this.#weighFirst(map.values(), size)
    );
  }

  #weighSet(set: ReadonlySet<unknown>): number {
    return COLLECTION + powerOfTwo(set.size) * SET_PLACE + this.#weighFirst(set.values(), set.size);
  }

  /** The weight of `size` members, judged by the first few. */
  #weighFirst(members: Iterable<unknown>, size: number): number {
    const looks = Math.min(size, this.#fewParts());
    let bytes = 0;
    let seen = 0;
    for (const member of members) {
      if (seen === looks) break;
      bytes += this.#weighShare(member, looks - seen);
      seen++;
    }
    return seen === 0 ? 0 : Math.ceil((bytes / seen) * size);
  }

  #weighProperties(value: object, read: ReadProperty): number {
    const parts: object[] = [];
    let bytes = OBJECT;
    let count = 0;
    for (const name in value) {
      if (++count > MOST_SHARED_NAMES) return this.#weighTable(value, read);
      const member = read(value, name);
      bytes += WORD;
      if (isObject(member)) parts.push(member);
      else bytes += weighSimple(member);
    }
    for (let at = 0; at < parts.length; at++) bytes += this.#weighShare(parts[at], parts.length - at);
    return bytes;
  }

  #weighTable(value: object, read: ReadProperty): number {
    const names = Object.keys(value);
    const ownNames = names.length * weighSimple(names[names.length >> 1]);
    const table = powerOfTwo(names.length * 1.5) * NAME_PLACE;
    return OBJECT + table + ownNames + this.#weighNamed(value, names, read);
  }

  /** The weight of the members of these names, judged by some of them. */
  #weighNamed(value: object, names: readonly string[], read: ReadProperty): number {
    const looks = Math.min(names.length, this.#fewParts());
    let bytes = 0;
    for (let look = 0; look < looks; look++) {
      const member = read(value, names[placeOf(look, looks, names.length)]!);
      bytes += this.#weighShare(member, looks - look);
    }
    return looks === 0 ? 0 : Math.ceil((bytes / looks) * names.length);
  }

  /** Weighs one of several members, which may use its share of the parts that are left; what it leaves is for the others. */
  #weighShare(value: unknown, shares: number): number {
    if (!isObject(value)) return weighSimple(value);
    const left = this.#partsLeft;
    const share = Math.ceil(left / shares);
    this.#partsLeft = share;
    const bytes = this.weigh(value);
    this.#partsLeft += left - share;
    return bytes;
  }

  /** How many members to look at, so that as much is left for theirs. */
  #fewParts(): number {
    return Math.max(1, Math.ceil(Math.sqrt(this.#partsLeft)));
  }
}

type ReadProperty = (value: object, name: string) => unknown;

function readAny(value: object, name: string): unknown {
  // Reads by a name that was just listed.
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** `undefined` for what only a getter could answer. Slower by far. */
function readOwn(value: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function weighSimple(value: unknown): number {
  switch (typeof value) {
    case 'string':
      // V8 has one of each single character.
      return value.length < 2
        ? 0
        : STRING + Math.ceil((value.length * bytesPerCharacter(value)) / WORD) * WORD;
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : NUMBER;
    case 'bigint':
      return STRING + wordsOf(value) * WORD;
    case 'function':
      return FUNCTION;
    default:
      return 0;
  }
}

function wordsOf(value: bigint): number {
  return BigInt.asIntN(64, value) === value ? 1 : Math.ceil(value.toString(16).length / 16);
}

function bytesPerCharacter(text: string): 1 | 2 {
  if (text.length <= LONG_TEXT) return BEYOND_LATIN_1.test(text) ? 2 : 1;
  const step = (text.length - EXCERPT) / (EXCERPTS - 1);
  for (let excerpt = 0; excerpt < EXCERPTS; excerpt++) {
    const from = Math.floor(excerpt * step);
    if (BEYOND_LATIN_1.test(text.slice(from, from + EXCERPT))) return 2;
  }
  return 1;
}

/** Which of `length` members to look at: one in each of as many stretches as looks, by chance as it were, lest it keep step with them. */
function placeOf(look: number, looks: number, length: number): number {
  const within = (IRRATIONAL * (look + 1) ** 2) % 1;
  return looks >= length ? look : Math.floor(((look + within) / looks) * length);
}

function powerOfTwo(atLeast: number): number {
  return atLeast <= 4 ? 4 : 2 ** Math.ceil(Math.log2(atLeast));
}
