import type { Trace } from 'nuthatch/simulator';
import type { Columns } from './reference.js';

/** A trace, what it is replayed at, and what others found there. */
export interface TraceCase {
  /** Reads or makes it: when its turn comes, since some are large. */
  load(): Promise<Trace>;
  sizesOf(trace: Trace): readonly number[];
  /** `undefined` where nothing is known. */
  referenceAt(size: number): Columns | undefined;
}
