import { seededRandom } from 'nuthatch/engine';
import type { Trace } from 'nuthatch/simulator';
import type { TraceCase } from './trace-case.js';
import { alternating, loops, news, scans, shifts, type Workload, zipf } from './workloads.js';

const REQUESTS = 200_000;
const SIZES = [200, 1000, 4000];
const SEED = 2026;
/** How many requests a chunk of a trace holds. */
const CHUNK = 65_536;

/** Each is known to suit one kind of strategy, and some to hurt another. */
export const workloads: Readonly<Record<string, Workload>> = {
  'zipf-0.8': zipf(0.8),
  'zipf-1.0': zipf(1),
  loops,
  scans,
  shifts,
  news,
  alternating,
};

/** The traces that are made here, from a seed. */
export const generatedCases: readonly TraceCase[] = Object.entries(workloads).map(([name, workload]) => ({
  sizesOf: () => SIZES,
  referenceAt: () => undefined,
  load: async () => traceOf(name, workload(REQUESTS, seededRandom(SEED))),
}));

/** A trace of these keys, as if they had been read from a file. */
export function traceOf(name: string, keys: Int32Array): Trace {
  const numbers = new Map<number, number>();
  const numbered = keys.map((key) => {
    const number = numbers.get(key) ?? numbers.size;
    if (number === numbers.size) numbers.set(key, number);
    return number;
  });
  const chunks: Int32Array[] = [];
  for (let at = 0; at < numbered.length; at += CHUNK) chunks.push(numbered.subarray(at, at + CHUNK));
  return {
    name,
    format: 'generated',
    requests: keys.length,
    keys: numbers.size,
    chunks,
    weights: undefined,
    at: (index) => numbered[index] ?? -1,
  };
}
