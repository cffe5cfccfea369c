import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answerOf } from '../child/kept-process.js';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';
import type { Lane, LanePlan } from './lane.js';
import type { Figure } from './lap.js';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
/** Nothing is collected before so many megabytes are new. */
const ROOMY = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

/** A contestant in a process of its own, until it is closed. */
export interface KeptLane {
  readonly run: Lane;
  close(): void;
}

/** Starts the process; answers once its caches are there. @throws Error where it ends before. */
export async function keepLane(plan: LanePlan, { isRoomy = false } = {}): Promise<KeptLane> {
  const execArgv = ['--expose-gc', ...(isRoomy ? ROOMY : []), ...RUNS_TYPESCRIPT];
  const child = fork(CHILD, [JSON.stringify(plan)], { execArgv });
  await answerOf(child, plan.name);
  return {
    run: async (lap) => {
      const answer = answerOf(child, plan.name);
      child.send(lap);
      // The process is child.ts, which answers a figure to each lap.
      return (await answer) as Figure;
    },
    close: () => child.disconnect(),
  };
}
