import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process, told apart from all that ever had its number. */
export interface ProcessId {
  readonly pid: number;
  /** When it was started, in a unit of the system's; `undefined` where the system does not tell. */
  readonly startedAt?: string | undefined;
  /** Within which processes can be seen: a machine since it was started, or a container on it. */
  readonly host: string;
}

/** What is asked about processes, by those who leave files for others. */
export interface Machine {
  self(): Promise<ProcessId>;
  /** Whether a process of this host is running. */
  isRunning(id: ProcessId): Promise<boolean>;
}

/** The machine on which this process runs. */
export const thisMachine: Machine = {
  self: async () => ({
    pid: process.pid,
    startedAt: (await stateOf(process.pid))?.startedAt,
    host: await thisHost(),
  }),
  isRunning: async ({ pid, startedAt }) => {
    if (!hasProcess(pid)) return false;
    const state = await stateOf(pid);
    if (state === undefined) return true;
    return !state.isEnded && (startedAt === undefined || startedAt === state.startedAt);
  },
};

/** Two containers may have one name and one number for different processes: each has its own namespace of processes. */
async function thisHost(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(notTold);
  const processes = await readlink('/proc/self/ns/pid').catch(notTold);
  return [hostname(), boot.trim(), processes].join(' ');
}

/** Where the system has no such file. */
function notTold(): string {
  return '';
}

function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process, which may not be asked, is one.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

interface ProcessState {
  readonly startedAt: string | undefined;
  /** It has ended, and its parent has not taken note. */
  readonly isEnded: boolean;
}

/** What Linux says in `/proc/<pid>/stat`: after the name, which may contain anything, the state, and as the 20th the start. */
async function stateOf(pid: number): Promise<ProcessState | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'latin1').catch(notTold);
  if (line === '') return undefined;
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { startedAt: fields[19], isEnded: fields[0] === 'Z' || fields[0] === 'X' };
}
