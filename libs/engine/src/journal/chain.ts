import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.js';
import { segmentFile } from './folder-names.js';
import { encodeHeader } from './header.js';

/** A file of a journal. */
export interface Segment {
  readonly number: number;
  readonly folder: string;
  readonly file: DiskFile;
  /** How much of it is good. */
  bytes: number;
  /** How many records in it are still wanted. */
  living: number;
}

/** How a chain writes. */
export interface ChainSettings {
  readonly disk: Disk;
  readonly namespace: string;
  readonly salt: number;
  /** How large a segment becomes; one write is never divided. */
  readonly segmentBytes: number;
  /** Whether what was written survives a power cut. */
  readonly isSynced: boolean;
  /** Asked before a write counts: answers the folder that is the owner's own, which may be another by now. */
  confirm(): Promise<string>;
}

/** The segments of one owner, of which the last is written to and the first is the next to go. */
export class Chain {
  readonly #settings: ChainSettings;
  readonly #segments: Segment[] = [];
  #folder: string;
  #next = 1;
  #bytes = 0;
  /** Nothing more may be written to the last one. */
  #isSealed = true;

  constructor(settings: ChainSettings, folder: string) {
    this.#settings = settings;
    this.#folder = folder;
  }

  get folder(): string {
    return this.#folder;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The first segment, unless it is written to. */
  get oldest(): Segment | undefined {
    return this.#segments.length > 1 ? this.#segments[0] : undefined;
  }

  /** Whether a segment is where somebody else has taken over. */
  isForeign({ folder }: Segment): boolean {
    return folder !== this.#folder;
  }

  /**
   * Writes bytes to the end, in one piece. Where that fails, none of them count, and what follows is readable: they are cut off, or a new
   * segment says where the good part of the last one ends.
   */
  async append(bytes: Uint8Array): Promise<Segment> {
    const segment = await this.#room(bytes.length);
    let own: string;
    try {
      await segment.file.write(bytes, segment.bytes);
      if (this.#settings.isSynced) await this.#sync(segment);
      own = await this.#settings.confirm();
    } catch (error) {
      await this.#cut(segment);
      throw error;
    }
    segment.bytes += bytes.length;
    this.#bytes += bytes.length;
    if (own === segment.folder) return segment;
    this.#folder = own;
    this.#isSealed = true;
    return this.append(bytes);
  }

  /** Removes the first segment. */
  async dropOldest(): Promise<void> {
    const { oldest } = this;
    if (oldest === undefined) return;
    await this.#remove(oldest);
    this.#segments.shift();
    await oldest.file.close();
  }

  /** Closes the files, and removes them where nothing in them is wanted. */
  async close(isWanted: boolean): Promise<void> {
    for (const segment of this.#segments.splice(0)) {
      await segment.file.close();
      if (!isWanted) await this.#remove(segment);
    }
    this.#isSealed = true;
  }

  async #remove({ folder, number, bytes }: Segment): Promise<void> {
    await this.#settings.disk.removeFile(join(folder, segmentFile(number)));
    // Else a power cut could bring back a segment, but not a later one that lets go of what is in it.
    if (this.#settings.isSynced && folder === this.#folder) await this.#settings.disk.syncFolder(folder);
    this.#bytes -= bytes;
  }

  async #room(count: number): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last === undefined || this.#isSealed) return this.#begin();
    return last.bytes + count > this.#settings.segmentBytes ? this.#begin() : last;
  }

  async #begin(): Promise<Segment> {
    const { disk, namespace, salt, isSynced } = this.#settings;
    const folder = this.#folder;
    const header = encodeHeader({ namespace, salt, previousEnd: this.#segments.at(-1)?.bytes ?? 0 });
    const path = join(folder, segmentFile(this.#next));
    const file = await disk.create(path);
    try {
      await file.write(header, 0);
      if (isSynced) await file.sync();
      if (isSynced) await disk.syncFolder(folder);
    } catch (error) {
      await file.close();
      // What cannot be removed either is overwritten by the next attempt.
      await disk.removeFile(path).catch(() => undefined);
      throw error;
    }
    const segment: Segment = { number: this.#next++, folder, file, bytes: header.length, living: 0 };
    this.#segments.push(segment);
    this.#bytes += header.length;
    this.#isSealed = false;
    return segment;
  }

  /** After a failure nobody knows what of the file is on disk, also if a further attempt succeeds. */
  async #sync({ file }: Segment): Promise<void> {
    try {
      await file.sync();
    } catch (error) {
      this.#isSealed = true;
      throw error;
    }
  }

  async #cut({ file, bytes }: Segment): Promise<void> {
    try {
      await file.cutTo(bytes);
    } catch {
      // What cannot be cut off is left behind: the next segment says that it does not count.
      this.#isSealed = true;
    }
  }
}
