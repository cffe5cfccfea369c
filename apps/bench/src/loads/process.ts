import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lane, LanePlan } from './lane.js';
import type { Figure } from './lap.js';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const RUNS_TYPESCRIPT = ['--import', '@swc-node/register/esm-register'];
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
  await answerOf(child, plan);
  return {
    run: async (lap) => {
      const answer = answerOf(child, plan);
      child.send(lap);
      // The process is child.ts, which answers a figure to each lap.
      return (await answer) as Figure;
    },
    close: () => child.disconnect(),
  };
}

/** The next message. @throws Error where the process ends without one; it has said why on the error output. */
async function answerOf(child: ChildProcess, { name }: LanePlan): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the process of ${name} ended with ${String(code)}`);
  });
  try {
    // The message is the only argument of its event.
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown];
    return message;
  } finally {
    settled.abort();
    ended.catch(() => undefined);
  }
}
