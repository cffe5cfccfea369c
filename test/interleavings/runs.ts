import { scenarios } from './scenarios.js';

const { NUTHATCH_RUNS = '1000', NUTHATCH_SEED } = process.env;

/** How many interleavings are tried in all; `NUTHATCH_RUNS` says otherwise, and `npm run interleavings` tries twenty times as many. */
export const RUNS = Number(NUTHATCH_RUNS);
/** How many of each scenario. */
export const RUNS_EACH = Math.ceil(RUNS / scenarios.length);
/** Where chance begins; `NUTHATCH_SEED` says otherwise, to see a run again. */
export const SEED = NUTHATCH_SEED === undefined ? Date.now() & 0x7fffffff : Number(NUTHATCH_SEED);
