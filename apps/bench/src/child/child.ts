import { type FootprintPlan, weighCache } from '../memory/footprint.js';
import { soak, type SoakPlan } from '../memory/soak.js';
import { type LapPlan, runLap } from '../throughput/lap.js';

/** What a fresh process can be asked to measure. */
export type Task =
  | { readonly kind: 'lap'; readonly plan: LapPlan }
  | { readonly kind: 'footprint'; readonly plan: FootprintPlan }
  | { readonly kind: 'soak'; readonly plan: SoakPlan };

// Written by fresh-process.ts, which is typed to pass a Task.
const measured = await measure(JSON.parse(process.argv[2] ?? '') as Task);
process.stdout.write(JSON.stringify(measured), () => {
  // Some of the caches keep timers.
  process.exit();
});

async function measure(task: Task): Promise<unknown> {
  if (task.kind === 'lap') return runLap(task.plan);
  if (task.kind === 'footprint') return weighCache(task.plan);
  return soak(task.plan);
}
