import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answerOf } from '../child/kept-process.js';
import { RUNS_TYPESCRIPT } from '../child/runs-typescript.js';
import type { AdapterName, ApplicationName } from './applications.js';

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url));

/** An application in a process of its own, until it is closed. */
export interface Served {
  readonly url: string;
  /** Milliseconds that it has run on a processor. */
  cpuMs(): Promise<number>;
  close(): void;
}

/** Starts an application; answers once it listens. @throws Error where it ends before. */
export async function serve(name: ApplicationName, adapter: AdapterName): Promise<Served> {
  const child = fork(SERVER, [name, adapter], { execArgv: [...RUNS_TYPESCRIPT] });
  return {
    url: String(await answerOf(child, name)),
    cpuMs: async () => {
      const answer = answerOf(child, name);
      child.send('cpu');
      // The process is server.ts, which answers any message so.
      const { user, system } = (await answer) as NodeJS.CpuUsage;
      return (user + system) / 1000;
    },
    close: () => child.disconnect(),
  };
}
