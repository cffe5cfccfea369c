import { type LapPlan, runLap } from '../throughput/lap.js';

/** What a fresh process can be asked to measure. */
export type Task = { readonly kind: 'lap'; readonly plan: LapPlan };

// Written by run-child.ts, which is typed to pass a Task.
const task = JSON.parse(process.argv[2] ?? '') as Task;
const measured = await runLap(task.plan);
process.stdout.write(JSON.stringify(measured), () => {
  // Some of the caches keep timers.
  process.exit();
});
