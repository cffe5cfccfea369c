import { parseArgs } from 'node:util';
import { faultsOf, soakLoads } from './loads.js';

/** What timers and the event loop may add to a deadline. */
const MARGIN_MS = 100;
/** What samples of one level may differ by. */
const MOST_GROWTH_BYTES = 3e6;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    callers: { type: 'string', default: '64' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const seed = Number(values.seed);
const report = await soakLoads({
  durationMs: 1000 * Number(values.seconds),
  callers: Number(values.callers),
  hangMs: 5000,
  seed,
});
const { calls, errors, longestOverMs, slowest, loopLagMs, heapGrowthBytes, unhandled } = report;
const failed = Array.from(errors, ([kind, count]) => `${kind} ${count}`).join(', ');
console.log(
  `seed ${seed}: ${calls} calls, longest wait ${longestOverMs.toFixed(0)} ms beyond its deadline${slowest && ` (${slowest})`}, event loop ${loopLagMs.toFixed(0)} ms late at most, ` +
    `heap ${(heapGrowthBytes / 1e6).toFixed(2)} MB more, unhandled ${unhandled.length}; errors: ${failed}`,
);
const isFaulty = unhandled.length > 0 || faultsOf(report).length > 0;
if (longestOverMs > MARGIN_MS || heapGrowthBytes > MOST_GROWTH_BYTES || isFaulty) process.exitCode = 1;
