import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Machine, type ProcessId, thisMachine } from '../kernel/machine.js';

/** Whoever writes does so more often than that. */
const ABANDONED_AFTER_MS = 24 * 60 * 60_000;
/** Names of former versions do not say whose they are. */
const NAME = /^(?:([0-9a-f]{8})-([0-9]+)-([0-9]*)-)?[0-9a-f]{12}$/;
const SUFFIX = '.tmp';

/** A file that stands beside another until it takes its place, and whose it is. */
export interface TemporaryFile {
  /** Unlike any other. */
  readonly path: string;
  /** The file whose place it is to take. */
  readonly target: string;
  readonly owner: ProcessId;
}

/** Where this process may write what is to take the place of a file. */
export async function temporaryFor(target: string, machine = thisMachine): Promise<TemporaryFile> {
  const owner = await machine.self();
  const { pid, startedAt = '', host } = owner;
  const name = [hashOf(host), pid, startedAt, randomBytes(6).toString('hex')].join('-');
  return { path: `${target}.${name}${SUFFIX}`, target, owner };
}

/**
 * Removes what processes that were killed have left beside a file: those of this machine that are no longer running, and those of other machines,
 * about which nothing can be asked, a day after they have last written. To be called when the own one has been made: its time is that of the file system.
 */
export async function removeAbandoned(own: TemporaryFile, machine: Machine = thisMachine): Promise<void> {
  const folder = dirname(own.target);
  const { mtimeMs: now } = await stat(own.path);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (path === own.path || !(await isAbandoned(path, { own, machine, now }))) continue;
    await rm(path, { force: true });
  }
}

interface Inquiry {
  readonly own: TemporaryFile;
  readonly machine: Machine;
  /** The time by the file system. */
  readonly now: number;
}

async function isAbandoned(path: string, { own, machine, now }: Inquiry): Promise<boolean> {
  const beginning = `${basename(own.target)}.`;
  const name = basename(path);
  if (!name.startsWith(beginning) || !name.endsWith(SUFFIX)) return false;
  const found = NAME.exec(name.slice(beginning.length, -SUFFIX.length));
  if (found === null) return false;
  const [, host, pid, startedAt] = found;
  if (host === hashOf(own.owner.host))
    return !(await machine.isRunning({
      pid: Number(pid),
      startedAt: startedAt === '' ? undefined : startedAt,
      host: own.owner.host,
    }));
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now })); // somebody else has removed it, or it has taken its place
  return now - mtimeMs > ABANDONED_AFTER_MS;
}

function hashOf(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 8);
}
