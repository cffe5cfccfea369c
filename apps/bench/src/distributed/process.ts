import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answerOf } from '../child/kept-process.js';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';
import type { Lane, LanePlan } from './lane.js';
import type { Figure } from './lap.js';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** A contestant in a process of its own, until it is closed. */
export interface KeptLane {
  readonly run: Lane;
  close(): void;
}

/** Starts the process; answers once its entries are in Redis. @throws Error where it ends before. */
export async function keepLane(plan: LanePlan): Promise<KeptLane> {
  const child = fork(CHILD, [JSON.stringify(plan)], { execArgv: [...RUNS_TYPESCRIPT] });
  await answerOf(child, plan.name);
  return {
    run: async (lap) => {
      const answer = answerOf(child, plan.name);
      child.send(lap);
      // The process is child.ts, which answers a figure to each lap.
      return (await answer) as Figure;
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}
