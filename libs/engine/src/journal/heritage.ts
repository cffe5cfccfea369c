import { join } from 'node:path';
import { journalUnusable } from '../kernel/errors.js';
import type { JournalRecord } from '../write/journal.js';
import {
  heldBy,
  isUnfinished,
  type OwnerFolder,
  parseFolder,
  segmentFile,
  segmentNumber,
} from './folder-names.js';
import { type House, isAbandoned, isDeserted, removeLock, type Site } from './house.js';
import { type Damage, recover, type Recovery, type SegmentImage } from './recover.js';

/** What is done about damage: refuse to open, or take what is readable and put the rest aside. */
export type Recover = 'strict' | 'salvage';

/** Who takes over what is found. */
export interface Heir {
  readonly namespace: string;
  readonly recover: Recover;
  /** Resolves when the records are safe under the heir's own name. */
  take(records: readonly JournalRecord[]): Promise<void>;
  troubled(problem: unknown): void;
}

/** What owners that have ended left behind. */
export class Heritage {
  readonly #site: Site;
  readonly #heir: Heir;
  /** Writers whose folders cannot be read; that was told once. */
  readonly #refused = new Set<string>();
  /** Writers whose records are safe, also while their folders cannot be removed. */
  readonly #taken = new Set<string>();

  constructor(site: Site, heir: Heir) {
    this.#site = site;
    this.#heir = heir;
  }

  /**
   * Takes over every folder whose owner has ended, the oldest first. A folder that cannot be read stays, under the name of the heir.
   * @throws CacheError `journal_unusable` for one that cannot be read, once, when the others have been taken over.
   */
  async takeOver(house: House): Promise<void> {
    const { disk, root } = this.#site;
    const now = await house.beat();
    if (now === undefined) return;
    const problems: unknown[] = [];
    for (const name of [...(await disk.list(root))].sort())
      await this.#visit(name, house, now).catch((problem: unknown) => problems.push(problem));
    const [first, ...others] = problems;
    for (const problem of others) this.#heir.troubled(problem);
    if (problems.length > 0) throw first;
  }

  async #visit(name: string, house: House, now: number): Promise<void> {
    if (isUnfinished(name)) await this.#clearAway(join(this.#site.root, name), now);
    const folder = parseFolder(name);
    if (folder === undefined || this.#refused.has(folder.writer) || name === house.owner) return;
    const claimed = await this.#claim(folder, house, now);
    if (claimed !== undefined) await this.#empty(claimed, folder);
  }

  async #clearAway(folder: string, now: number): Promise<void> {
    if (!(await isAbandoned(this.#site, folder, now))) return;
    await removeLock(this.#site.disk, folder);
    await this.#site.disk.removeFolder(folder);
  }

  /** Of all who try to give the folder their name, one succeeds. */
  async #claim(folder: OwnerFolder, house: House, now: number): Promise<string | undefined> {
    const { disk, root } = this.#site;
    const [here, ours] = [join(root, folder.name), join(root, heldBy(folder, house.owner))];
    if (here === ours) return ours;
    if (!(await isDeserted(this.#site, join(root, folder.holder), now))) return undefined;
    if (!(await disk.move(here, ours))) return undefined;
    if (folder.name !== folder.writer || (await isDeserted(this.#site, ours, now))) return ours;
    // It was only slow, and has told so in the meantime.
    await disk.move(ours, here);
    return undefined;
  }

  async #empty(path: string, folder: OwnerFolder): Promise<void> {
    const { disk, root, isSynced } = this.#site;
    const segments = await this.#segments(path);
    if (!this.#taken.has(folder.writer)) {
      const { records, damages } = this.#read(segments, folder);
      if (damages.length > 0) await this.#putAside(damages, folder);
      await this.#heir.take(records);
      this.#taken.add(folder.writer);
    }
    // The oldest first: what a segment lets go of is in it or in those before it.
    for (const segment of segments) await disk.removeFile(segment.path);
    await removeLock(disk, path);
    await disk.removeFolder(path);
    if (isSynced) await disk.syncFolder(root);
  }

  async #segments(path: string): Promise<SegmentImage[]> {
    const { disk } = this.#site;
    const numbers = (await disk.list(path)).map(segmentNumber).filter((number) => number !== undefined);
    const segments: SegmentImage[] = [];
    for (const number of numbers.sort((one, other) => one - other)) {
      const file = join(path, segmentFile(number));
      const image = await disk.read(file);
      if (image !== undefined) segments.push({ number, path: file, image });
    }
    return segments;
  }

  #read(segments: readonly SegmentImage[], folder: OwnerFolder): Recovery {
    try {
      const recovery = recover(segments, this.#heir.namespace);
      const worst = recovery.damages.find(({ isTorn }) => !isTorn);
      if (worst === undefined || this.#heir.recover === 'salvage') return recovery;
      throw damaged(worst, recovery.damages.length - 1);
    } catch (error) {
      this.#refused.add(folder.writer);
      throw error;
    }
  }

  async #putAside(damages: readonly Damage[], folder: OwnerFolder): Promise<void> {
    const { disk, root, isSynced } = this.#site;
    for (const { path, from, to, bytes } of damages) {
      const name = `${folder.writer}-${path.split(/[\\/]/).at(-1)}-${from}-${to}.corrupt`;
      const kept = join(root, name);
      if (bytes.length > 0) {
        const file = await disk.create(kept);
        await (async () => {
          await file.write(bytes, 0);
          await file.sync();
        })().finally(() => file.close());
      }
      const where = bytes.length > 0 ? `kept in ${kept}` : 'missing';
      this.#heir.troubled(journalUnusable(path, `bytes ${from} to ${to} cannot be read and are ${where}`));
    }
    if (isSynced) await disk.syncFolder(root);
  }
}

function damaged({ path, from, to }: Damage, others: number): Error {
  const more = others === 0 ? '' : ` (and ${others} more)`;
  const remedy = "recover: 'salvage' takes what is readable and keeps the rest aside";
  return journalUnusable(path, `bytes ${from} to ${to}${more} are damaged; ${remedy}`);
}
