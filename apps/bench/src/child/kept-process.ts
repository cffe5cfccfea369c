import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Lane, LanePlan } from '../throughput/lane.js';
import type { Stay } from './child.js';

/** A lane in a process that has never run anything else, and stays until the lane is closed. */
export interface KeptLane {
  readonly run: Lane;
  close(): void;
}

/** Starts the process; answers once its cache is full. @throws Error where it ends before. */
export async function keepLane(script: string, plan: LanePlan): Promise<KeptLane> {
  const stay: Stay = { kind: 'lane', plan };
  const child = fork(script, [JSON.stringify(stay)], { execArgv: ['--expose-gc'] });
  await answerOf(child, plan.library);
  return {
    run: async (lap) => {
      const answer = answerOf(child, plan.library);
      child.send(lap);
      return Number(await answer);
    },
    close: () => child.disconnect(),
  };
}

/** The next message. @throws Error where the process ends without one; it has said why on the error output. */
export async function answerOf(child: ChildProcess, name: string): Promise<unknown> {
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
