import type { Random } from 'nuthatch/engine';
import type { Runner } from './cohort.js';
import type { World } from './world.js';

/** Where something is to go wrong. */
export interface Scene {
  readonly world: World;
  readonly runners: readonly Runner[];
  readonly random: Random;
}

/** Something that goes wrong; resolves when it is over, and everything has to heal by itself. */
export interface Fault {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<void>;
}
