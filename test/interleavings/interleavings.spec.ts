import fc from 'fast-check';
import { interleaving } from './interleave.js';
import { RUNS_EACH, SEED } from './runs.js';
import { scenarios } from './scenarios.js';

const TIMEOUT_MS = 60_000 + 30 * RUNS_EACH;

beforeAll(() => {
  process.stdout.write(`interleavings: NUTHATCH_SEED=${SEED}, ${RUNS_EACH} runs of each scenario\n`);
});

describe.each(scenarios)('$name', (scenario) => {
  it(
    `never shows what was there before an invalidation or a write that has ended, in ${RUNS_EACH} interleavings`,
    () => fc.assert(interleaving(scenario), { numRuns: RUNS_EACH, seed: SEED }),
    TIMEOUT_MS,
  );
});
