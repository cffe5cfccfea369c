import { Optimum } from './optimum.js';
import { replay } from './replay.js';
import { rowOf, type SimulationRow } from './row.js';
import { resolveSimulation, type SimulateOptions } from './simulate-options.js';
import type { Trace } from './trace/trace.js';

/**
 * Replays a trace at every size through every strategy, by the code of the engine: each request is a read, each miss is put in. The
 * rows come size by size, and a run can be repeated: chance is seeded. (`nsPerRequest` aside. It tells strategies from
 * each other roughly; the bench measures speed.)
 * @throws CacheError `bad_option` or `unknown_name`, before anything is run.
 */
export function simulate(trace: Trace, options: SimulateOptions): SimulationRow[] {
  const { sizes, unit, sampleRate, contestants } = resolveSimulation(trace, options);
  const runs = sizes.flatMap((size) => contestants.map((contestant) => ({ size, ...contestant })));
  let optimum: Optimum | undefined;
  let seen = 0;
  return runs.map(({ size, strategy, choice }) => {
    const capacity = Math.max(1, Math.round(size * sampleRate));
    const onChunk = (requests: number): void => {
      seen += requests;
      options.onProgress?.({ strategy, size, done: seen / (trace.requests * runs.length) });
    };
    const tally =
      choice === 'opt'
        ? (optimum ??= new Optimum(trace)).at(capacity, onChunk)
        : replay(trace, { size: capacity, unit, eviction: choice }, onChunk);
    return rowOf(trace, { size, strategy }, tally);
  });
}
