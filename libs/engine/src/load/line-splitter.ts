const END_OF_LINE = 10;
const CARRIAGE_RETURN = 13;

/** Cuts bytes into lines of UTF-8, each without its end; empty ones are left out. Lines that are too long are counted and dropped as they come. */
export class LineSplitter {
  readonly #longest: number;
  /** The beginning of a line whose end has not come. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  #tooLong = 0;

  /** @param longest in bytes. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** How many lines were too long. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** The lines that end in this piece. */
  push(bytes: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(END_OF_LINE); end >= 0; end = bytes.indexOf(END_OF_LINE, start)) {
      const part = bytes.subarray(start, end);
      const line = this.#restBytes === 0 ? this.#textOf(part) : this.#finish(part);
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    // A piece may be used again by who has read it.
    this.#keep(Buffer.from(bytes.subarray(start)));
    return lines;
  }

  /** The last line, where it has no end of its own. */
  end(): string[] {
    const line = this.#finish(Buffer.alloc(0));
    return line === '' ? [] : [line];
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length;
    if (this.#restBytes > this.#longest) this.#rest = [];
    else this.#rest.push(part);
  }

  #finish(part: Buffer): string {
    this.#keep(part);
    const [parts, bytes] = [this.#rest, this.#restBytes];
    this.#rest = [];
    this.#restBytes = 0;
    if (bytes <= this.#longest) return this.#textOf(Buffer.concat(parts));
    this.#tooLong++;
    return '';
  }

  #textOf(line: Buffer): string {
    if (line.length > this.#longest) {
      this.#tooLong++;
      return '';
    }
    const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
    return line.toString('utf8', 0, end);
  }
}
