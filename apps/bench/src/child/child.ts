import { type FootprintPlan, weighCache } from '../memory/footprint.js';
import { soak, type SoakPlan } from '../memory/soak.js';
import { type LanePlan, type Lap, openLane } from '../throughput/lane.js';

/** What a fresh process can be asked to measure at once. */
export type Task =
  | { readonly kind: 'footprint'; readonly plan: FootprintPlan }
  | { readonly kind: 'soak'; readonly plan: SoakPlan };

/** What a fresh process can be asked to keep, to be asked for laps. */
export interface Stay {
  readonly kind: 'lane';
  readonly plan: LanePlan;
}

// Written by fresh-process.ts, which is typed to pass one of these.
const task = JSON.parse(process.argv[2] ?? '') as Task | Stay;
if (task.kind === 'lane') await stay(task.plan);
else await leave(task);

async function leave(asked: Task): Promise<void> {
  const measured = asked.kind === 'footprint' ? await weighCache(asked.plan) : await soak(asked.plan);
  process.stdout.write(JSON.stringify(measured), () => {
    // Some of the caches keep timers.
    process.exit();
  });
}

/** Answers laps until the channel is closed, which ends the process. */
async function stay(plan: LanePlan): Promise<void> {
  const lane = await openLane(plan);
  const answer = async (lap: Lap): Promise<unknown> => process.send?.(await lane(lap));
  process.on('message', (lap: Lap) => void answer(lap));
  process.on('disconnect', () => process.exit());
  process.send?.('open');
}
