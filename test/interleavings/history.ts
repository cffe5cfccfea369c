import type { Snapshot } from 'nuthatch/engine';
import type { Step } from './steps.js';
import type { Moments, Value } from './value.js';

/** One call on the cache, from its beginning to its end. */
export interface Call {
  readonly step: Step;
  readonly begin: number;
  /** When its caller was told; `undefined` as long as it has not been. */
  end: number | undefined;
  outcome: 'pending' | 'done' | 'failed';
  error: unknown;
  /** What a read has answered, by key. */
  readonly read: Map<string, Value | undefined>;
  /** The ids of the values that it has given to the cache, or put back. */
  readonly values: Set<number>;
  snapshot: Snapshot | undefined;
}

/** Every call of a run, in the order in which they began. */
export class History {
  readonly calls: Call[] = [];
  readonly #moments: Moments;

  constructor(moments: Moments) {
    this.#moments = moments;
  }

  /** Makes a call and notes how it ends; never rejects. */
  async note(step: Step, make: (call: Call) => Promise<void>): Promise<void> {
    const call: Call = {
      step,
      begin: this.#moments.next(),
      end: undefined,
      outcome: 'pending',
      error: undefined,
      read: new Map(),
      values: new Set(),
      snapshot: undefined,
    };
    this.calls.push(call);
    try {
      await make(call);
      call.outcome = 'done';
    } catch (error) {
      call.outcome = 'failed';
      call.error = error;
    }
    call.end = this.#moments.next();
  }
}

/** A call in one line, for counterexamples. */
export function describe({ step, begin, end, outcome, error, read }: Call): string {
  const found = Array.from(
    read,
    ([key, value]) => `${key} = ${value === undefined ? 'nothing' : show(value)}`,
  );
  const failure = outcome === 'failed' ? ` ${String(error)}` : '';
  return `${begin}..${end ?? '?'} ${JSON.stringify(step)} ${outcome}${failure} ${found.join(', ')}`;
}

export function show({ id, by, at, readAt, tags }: Value): string {
  const row = readAt === undefined ? '' : `, read at ${readAt}`;
  return `#${id} by ${by} at ${at}${row} [${tags.join()}]`;
}
