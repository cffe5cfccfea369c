/** Where a miss is counted. */
export interface MissRecorder {
  miss(key: string): void;
}

/** The misses of one who asks for a key: the first is counted when it is known that a loader is needed, or else at the end. */
export class Misses {
  readonly #recorder: MissRecorder | undefined;
  readonly #key: string;
  #recorded = 0;

  /** @param recorder left out where nobody asks, as in a refresh. */
  constructor(key: string, recorder?: MissRecorder) {
    this.#key = key;
    this.#recorder = recorder;
  }

  /** Counts what is missing to so many. */
  record(callers = 1): void {
    for (; this.#recorded < callers; this.#recorded++) this.#recorder?.miss(this.#key);
  }
}
