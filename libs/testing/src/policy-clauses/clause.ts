import type { PolicyBench } from './policy-bench.js';

/** A promise that every write policy makes. */
export interface PolicyClause {
  readonly promise: string;
  check(bench: PolicyBench): Promise<void>;
}
