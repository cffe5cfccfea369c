/** How far a warming is. */
export interface WarmProgress {
  /** How many keys have been dealt with, those that failed included. */
  readonly done: number;
  readonly failed: number;
  /** How many keys there are, where that is known. */
  readonly total: number | undefined;
}

/** How a warming went. */
export interface WarmReport {
  /** How many values were loaded. */
  readonly loaded: number;
  /** How many were there already. A key that is named twice is there the second time. */
  readonly present: number;
  /** How many could not be loaded. */
  readonly failed: number;
  /** What the first ten failures threw. */
  readonly errors: readonly unknown[];
  readonly durationMs: number;
  /** `false` where not all keys were dealt with: the signal came, the cache was closed, or the keys ended with an error. */
  readonly isComplete: boolean;
}

/** How the reading of an access log went. */
export interface AccessLogReport {
  readonly lines: number;
  /** How many lines were requests that count. */
  readonly requests: number;
  /** How many were no requests that count: of another method or status, or without a key. */
  readonly skipped: number;
  /** How many could not be read, or were longer than 64 KB. */
  readonly broken: number;
  /** How many keys were counted at the end. */
  readonly keys: number;
  /** `false` where there were more keys than are counted, so that some counts are estimates. */
  readonly isExact: boolean;
}
