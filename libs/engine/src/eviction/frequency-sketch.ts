/** A block is one cache line of 16 words, four for each row. A word is eight counters of four bits. */
const WORDS_PER_BLOCK = 16;
const MOST = 15;
/** Of a word that was shifted right by one, all but the bits that came over from the next counter. */
const HALVES = 0x77777777;
/** 8 bytes for each key: 16 counters. */
const BLOCKS_PER_KEY = 1 / 8;
/** 4 KiB: a small sketch is cheap, and chance would rule it. */
const FEWEST_BLOCKS = 64;
/** After how many uses for each key the past counts half, as in the paper. */
const PERIOD = 10;

/**
 * How often each key was used of late, estimated in 4 bits: a count-min sketch of four rows, whose counters are halved once a
 * period (Gil Einziger, Roy Friedman and Ben Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM Transactions on Storage
 * 13(4), 2017). The four counters of a key lie in one cache line. An estimate may be too high, by what other keys share, and is at
 * most 15. It grows with the keys that it is told to expect, and forgets nothing as it does.
 */
export class FrequencySketch {
  #table: Int32Array;
  /** The number of blocks, a power of two, less one. */
  #mask: number;
  #period: number;
  /** Uses counted in this period; of those before, half. */
  #uses = 0;

  constructor(keys: number) {
    const blocks = blocksFor(keys);
    this.#table = new Int32Array(blocks * WORDS_PER_BLOCK);
    this.#mask = blocks - 1;
    this.#period = PERIOD * keys;
  }

  estimate(hash: number): number {
    const mixed = mix(hash);
    const at = (mixed & this.#mask) * WORDS_PER_BLOCK;
    const rows = remix(mixed);
    const one = this.#read(at, rows);
    const two = this.#read(at + 4, rows >>> 8);
    const three = this.#read(at + 8, rows >>> 16);
    const four = this.#read(at + 12, rows >>> 24);
    const low = one < two ? one : two;
    const high = three < four ? three : four;
    return low < high ? low : high;
  }

  /** Counts a use. */
  increment(hash: number): void {
    const mixed = mix(hash);
    const at = (mixed & this.#mask) * WORDS_PER_BLOCK;
    const rows = remix(mixed);
    const counted =
      this.#bump(at, rows) |
      this.#bump(at + 4, rows >>> 8) |
      this.#bump(at + 8, rows >>> 16) |
      this.#bump(at + 12, rows >>> 24);
    this.#uses += counted;
    if (this.#uses >= this.#period) this.#halve();
  }

  /** Takes it as known that a key was used so many times; brings no period nearer to its end. */
  raise(hash: number, uses: number): void {
    const mixed = mix(hash);
    const at = (mixed & this.#mask) * WORDS_PER_BLOCK;
    const rows = remix(mixed);
    const least = Math.min(uses, MOST);
    for (let row = 0; row < 4; row++) this.#lift(at + 4 * row, rows >>> (8 * row), least);
  }

  /** Makes room for so many keys, and the period as long as that takes. */
  resize(keys: number): void {
    const blocks = blocksFor(keys);
    while (this.#mask + 1 < blocks) this.#double();
    // Not at once, so that a size about which the estimates swing does not mean a copy at each swing.
    if (this.#mask + 1 > 2 * blocks) while (this.#mask + 1 > blocks) this.#fold();
    this.#period = PERIOD * keys;
  }

  /** @throws Error where the table has another size than its mask says, or a period did not end. */
  audit(name: string): void {
    const blocks = this.#mask + 1;
    if (this.#table.length !== blocks * WORDS_PER_BLOCK || (blocks & this.#mask) !== 0)
      throw new Error(`${name}: ${this.#table.length} words for ${blocks} blocks`);
    if (blocks > 2 * blocksFor(this.#period / PERIOD))
      throw new Error(`${name}: ${blocks} blocks are too many`);
  }

  /** The low bits of `row` say where in the row its counter is: two of them which word, three which counter of it. */
  #read(at: number, row: number): number {
    return (this.#table[at + (row & 3)]! >>> (row & 28)) & MOST;
  }

  /** Answers 1 where the counter was not full. */
  #bump(at: number, row: number): number {
    const place = at + (row & 3);
    const shift = row & 28;
    const word = this.#table[place]!;
    if (((word >>> shift) & MOST) === MOST) return 0;
    this.#table[place] = (word + (1 << shift)) | 0;
    return 1;
  }

  #lift(at: number, row: number, least: number): void {
    const shift = row & 28;
    const missing = least - this.#read(at, row);
    if (missing > 0) this.#table[at + (row & 3)]! += missing << shift;
  }

  #halve(): void {
    const table = this.#table;
    for (let at = 0; at < table.length; at++) table[at] = (table[at]! >>> 1) & HALVES;
    this.#uses >>>= 1;
  }

  /** One more bit of a hash now tells its block: both halves begin with what was known. */
  #double(): void {
    const table = new Int32Array(this.#table.length * 2);
    table.set(this.#table);
    table.set(this.#table, this.#table.length);
    this.#table = table;
    this.#mask = this.#mask * 2 + 1;
  }

  /** One bit less: of two counters that become one, the higher. */
  #fold(): void {
    const half = this.#table.length / 2;
    const table = this.#table.slice(0, half);
    for (let at = 0; at < half; at++) table[at] = higherOf(table[at]!, this.#table[half + at]!);
    this.#table = table;
    this.#mask >>>= 1;
  }
}

function blocksFor(keys: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(FEWEST_BLOCKS, keys * BLOCKS_PER_KEY)));
}

/** Counter by counter. */
function higherOf(one: number, other: number): number {
  let higher = 0;
  for (let shift = 0; shift < 32; shift += 4)
    higher |= Math.max((one >>> shift) & MOST, (other >>> shift) & MOST) << shift;
  return higher;
}

/** Spreads the bits of a hash, since some of them may be the same in all keys that come here. */
function mix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** Bits for the four rows that do not depend on those that tell the block. */
function remix(mixed: number): number {
  const rows = Math.imul(mixed, 0x297a2d39);
  return rows ^ (rows >>> 15);
}
