import { lineOfDropped } from './line.js';
import type { Sink } from './sink.js';

/** Lines on their way to a sink: bounded, and what there was no room for is told of in its place. */
export class LineQueue {
  readonly #sink: Sink;
  readonly #maxBytes: number;
  readonly #lines: string[] = [];
  #bytes = 0;
  #written = 0;
  #dropped = 0;
  /** How many of those dropped no line tells of yet. */
  #untold = 0;
  #cache = '';

  constructor(sink: Sink, maxBytes: number) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  get place(): string {
    return this.#sink.place;
  }

  get isBroken(): boolean {
    return this.#sink.isBroken;
  }

  /** How many lines were written. */
  get written(): number {
    return this.#written;
  }

  /** How many lines were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether there is something to be written. */
  get isWaiting(): boolean {
    return this.#lines.length > 0 || this.#untold > 0;
  }

  /** Takes a line, or drops it. While lines are missing that came before it, it is dropped as well: one place tells of all. */
  add(line: string, cache: string): void {
    this.#cache = cache;
    const bytes = Buffer.byteLength(line);
    if (this.#untold > 0 || this.#bytes + bytes > this.#maxBytes) {
      this.#dropped++;
      this.#untold++;
      return;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
  }

  /** Writes some of what waits; that lines are missing, once everything before is written. Rejects where the sink does; all still waits then. */
  async writeSome(wallMs: number): Promise<void> {
    if (this.#lines.length === 0) this.#tell(wallMs);
    const count = await this.#sink.write(this.#lines);
    // None is left of those that were given up meanwhile.
    const written = this.#lines.splice(0, count);
    for (const line of written) this.#bytes -= Buffer.byteLength(line);
    this.#written += written.length;
  }

  /** Drops what waits. */
  abandon(): void {
    this.#dropped += this.#lines.length;
    this.#lines.length = 0;
    this.#bytes = 0;
    this.#untold = 0;
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  /** From now on there is room again. */
  #tell(wallMs: number): void {
    const line = lineOfDropped(this.#cache, this.#untold, wallMs);
    this.#untold = 0;
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
  }
}
