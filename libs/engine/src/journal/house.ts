import { dirname, join } from 'node:path';
import type { Clock } from '../kernel/clock.js';
import { journalUnusable, reason } from '../kernel/errors.js';
import type { Disk, DiskFile } from './disk.js';
import { newOwner, unfinished } from './folder-names.js';
import type { Machine, ProcessId } from '../kernel/machine.js';

/** In the folder of every owner that runs; one that closes takes it away. */
const LOCK = 'lock';
/** An owner whose processes cannot be seen from here has ended when it has not written its lock for so long. */
const SILENCE_MS = 30_000;

/** Where the owners of one namespace live. */
export interface Site {
  /** The folder of the namespace. */
  readonly root: string;
  readonly disk: Disk;
  readonly machine: Machine;
  readonly clock: Clock;
  /** Whether names of files are to survive a power cut. */
  readonly isSynced: boolean;
}

/** The folder of one owner, with the lock that says that it is running. */
export class House {
  readonly owner: string;
  readonly path: string;
  readonly #site: Site;
  readonly #lock: DiskFile;
  readonly #text: Buffer;
  #provenAt: number;

  private constructor(site: Site, owner: string, lock: { file: DiskFile; text: Buffer }) {
    this.owner = owner;
    this.path = join(site.root, owner);
    this.#site = site;
    this.#lock = lock.file;
    this.#text = lock.text;
    this.#provenAt = site.clock.now();
  }

  /**
   * Makes a folder that nobody else has.
   * @throws CacheError `journal_unusable` where there can be none.
   */
  static async build(site: Site): Promise<House> {
    const owner = newOwner(site.clock.wallNow());
    try {
      return await House.#build(site, owner);
    } catch (error) {
      throw journalUnusable(site.root, `it cannot be written: ${reason(error)}`, error);
    }
  }

  /** The folder gets its name when the lock is in it: there is never one without that belongs to somebody who runs. */
  static async #build(site: Site, owner: string): Promise<House> {
    const { disk, root } = site;
    const made = join(root, unfinished(owner));
    const topmost = await disk.makeFolder(made);
    const file = await disk.create(join(made, LOCK));
    try {
      const text = Buffer.from(JSON.stringify(await site.machine.self()));
      await file.write(text, 0);
      if (site.isSynced) await file.sync();
      if (!(await disk.move(made, join(root, owner)))) throw new Error(`${made} was removed`);
      if (site.isSynced) await syncUpTo(disk, root, topmost ?? made);
      return new House(site, owner, { file, text });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How long ago it was certain that nobody has taken the folder. */
  get unprovenMs(): number {
    return this.#site.clock.now() - this.#provenAt;
  }

  /** Whether nobody could have thought that the owner has ended, so far. */
  get isSafe(): boolean {
    return this.unprovenMs < SILENCE_MS / 2;
  }

  /** Says that the owner runs. Answers when that was by the clock of the file system, or `undefined` where the folder was taken. */
  async beat(): Promise<number | undefined> {
    const now = this.#site.clock.now();
    await this.#lock.write(this.#text, 0);
    const writtenAt = await this.#site.disk.modifiedAt(join(this.path, LOCK));
    if (writtenAt !== undefined) this.#provenAt = now;
    return writtenAt;
  }

  /** Gives up the folder; whoever comes next may take what is in it. */
  async leave(): Promise<void> {
    await this.#lock.close();
    await removeLock(this.#site.disk, this.path);
  }
}

/** Makes the names safe of everything from a folder up to one above it that is new. */
async function syncUpTo(disk: Disk, root: string, topmost: string): Promise<void> {
  const last = dirname(topmost);
  for (let folder = root; ; folder = dirname(folder)) {
    await disk.syncFolder(folder);
    if (folder === last || folder === dirname(folder)) return;
  }
}

/** Whether the owner of a folder has ended. `now` is the time by the clock of the file system. */
export async function isDeserted({ disk, machine }: Site, folder: string, now: number): Promise<boolean> {
  const lock = join(folder, LOCK);
  const writtenAt = await disk.modifiedAt(lock);
  const text = await disk.read(lock);
  if (text === undefined || writtenAt === undefined) return true;
  const id = parseProcess(text.toString());
  if (id?.host === (await machine.self()).host) return !(await machine.isRunning(id));
  return now - writtenAt > SILENCE_MS;
}

/** Whether a folder that is being made has been so for too long: whoever was making it has ended. */
export async function isAbandoned(site: Site, folder: string, now: number): Promise<boolean> {
  const touchedAt = await site.disk.modifiedAt(folder);
  return touchedAt !== undefined && now - touchedAt > SILENCE_MS && isDeserted(site, folder, now);
}

/** Takes the lock of an owner away that has ended, or is about to. */
export function removeLock(disk: Disk, folder: string): Promise<void> {
  return disk.removeFile(join(folder, LOCK));
}

/** A lock that cannot be read belongs to an unknown host. */
function parseProcess(text: string): ProcessId | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return isProcessId(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isProcessId(found: unknown): found is ProcessId {
  if (typeof found !== 'object' || found === null) return false;
  const { pid, host, startedAt } = found as Partial<Record<keyof ProcessId, unknown>>;
  if (!Number.isSafeInteger(pid) || typeof host !== 'string') return false;
  return startedAt === undefined || typeof startedAt === 'string';
}
