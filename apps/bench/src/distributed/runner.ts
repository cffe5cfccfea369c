import type { Part } from './courses.js';
import type { KeptLane } from './process.js';

/** How long is measured, and whom. */
export interface RacePlan {
  readonly names: readonly string[];
  readonly rounds: number;
  /** How long a lap is. */
  readonly ms: number;
}

/** A cache of a contestant in a process that stays. */
export interface Runner {
  readonly name: string;
  readonly part: Part;
  readonly lane: KeptLane;
}
