import type { BulkheadPolicy } from 'cockatiel';
import type { Deadlines } from '../kernel/deadlines.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Validity } from '../kernel/invalidation.js';
import type { LateLoads } from './late-loads.js';
import type { LoadPermitParts } from './load-permit.js';
import type { LoaderRunParts } from './loader-run.js';
import type { LookParts } from './look-behind.js';

/** What a load works on. */
export interface LoadTaskParts<V> extends LoaderRunParts<V>, LookParts<V>, LoadPermitParts<V> {
  readonly fencing: Fencing;
  readonly validity: Validity;
  readonly bulkhead: BulkheadPolicy;
  /** Of loads that take as long as the cache allows. */
  readonly deadlines: Deadlines;
  readonly late: LateLoads;
}
