import type { DeparturesDatabase } from '../data/departures-database.js';
import type { Narrator } from './narrator.js';

/** Where a scenario plays. */
export interface Scene {
  /** Airports, routes and flights. */
  readonly database: DeparturesDatabase;
  /** Where it may put files. */
  readonly folder: string;
  readonly say: Narrator;
}

/** Something that the cache can do, shown on the real airports. */
export interface Scenario<Facts> {
  readonly title: string;
  /** What there is to see, in a sentence. */
  readonly idea: string;
  /** Does it, says what happens and why, and answers what was found. */
  play(scene: Scene): Promise<Facts>;
}
