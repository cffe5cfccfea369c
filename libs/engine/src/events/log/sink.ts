/** Where the lines of an event log go. */
export interface Sink {
  /** What it is called in messages. */
  readonly place: string;
  /** Whether it will never take anything again. */
  readonly isBroken: boolean;
  /** Writes lines, each with its end, from the first on; answers how many: one at least. Where it rejects, none was written. */
  write(lines: readonly string[]): Promise<number>;
  close(): Promise<void>;
}
