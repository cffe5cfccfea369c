import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Timer } from '../kernel/clock.js';
import { CacheError, closed, journalUnusable, reason } from '../kernel/errors.js';
import type { Operation } from '../store/backing-store.js';
import type { Death, Journal, JournalContext, JournalRecord } from '../write/journal.js';
import { Chain } from './chain.js';
import type { Disk } from './disk.js';
import { namespaceFolder } from './folder-names.js';
import { Heritage } from './heritage.js';
import type { Site } from './house.js';
import { Living } from './living.js';
import { Log } from './log.js';
import type { Machine } from '../kernel/machine.js';
import type { FileJournalSettings } from './options.js';
import { Residence } from './residence.js';
import { Tidier } from './tidier.js';

/** How often the owner says that it runs, and looks for others that have ended. */
const ROUND_MS = 5000;
/** How long a release waits at most for a write that it can join. */
const RELEASE_WAIT_MS = 1000;
/** How many records are taken over in one go: the event loop is held up for no longer than these take. */
const ADOPTED_AT_ONCE = 1000;

/** What a journal needs of its machine. */
export interface Surroundings {
  readonly disk: Disk;
  readonly machine: Machine;
}

/** Everything that there is from when a journal is opened. */
interface Session {
  readonly residence: Residence;
  readonly chain: Chain;
  readonly living: Living;
  readonly log: Log;
  readonly tidier: Tidier;
  readonly heritage: Heritage;
}

/** A journal in files that are only appended to, in a folder of its own beside those of other owners. */
export class OwnedJournal implements Journal {
  readonly #settings: FileJournalSettings;
  readonly #context: JournalContext;
  readonly #site: Site;
  #session: Session | undefined;
  #round: Promise<void> | undefined;
  #nextRound: Timer | undefined;
  #nextRelease: Timer | undefined;
  /** What was taken over and not told yet. */
  #adopted: JournalRecord[] = [];
  #isClosed = false;

  constructor(settings: FileJournalSettings, context: JournalContext, { disk, machine }: Surroundings) {
    const { clock, durability, namespace } = context;
    this.#settings = settings;
    this.#context = context;
    const root = join(settings.directory, namespaceFolder(namespace));
    this.#site = { root, disk, machine, clock, isSynced: durability === 'fsync' };
  }

  get depth(): number {
    return this.#session?.living.count ?? 0;
  }

  get bytes(): number {
    return this.#session?.chain.bytes ?? 0;
  }

  async open(): Promise<readonly JournalRecord[]> {
    if (this.#isClosed) throw closed('the journal');
    const residence = await Residence.take(this.#site, (problem) => this.#tell(problem));
    const session = this.#assemble(residence);
    this.#session = session;
    try {
      await session.heritage.takeOver(residence.house);
    } catch (error) {
      await this.#end(session);
      this.#session = undefined;
      this.#adopted = [];
      throw this.#named(error);
    }
    this.#armRound();
    return this.#adopted.splice(0);
  }

  async append(operations: readonly Operation[]): Promise<number> {
    return this.#opened().log.append(operations);
  }

  async bury(sequence: number, death: Death): Promise<void> {
    const { living, log } = this.#opened();
    if (living.has(sequence)) await log.add((group) => group.death(sequence, death));
  }

  release(sequences: readonly number[]): void {
    const session = this.#session;
    if (session === undefined || this.#isClosed) return;
    session.log.release(sequences);
    session.tidier.tidy();
    const { clock } = this.#context;
    if (session.log.releasing > 0)
      this.#nextRelease ??= clock.schedule(() => void this.#writeReleases(session), RELEASE_WAIT_MS);
  }

  async settled(): Promise<void> {
    await this.#opened().log.settled();
  }

  async close(): Promise<void> {
    const session = this.#session;
    if (this.#isClosed || session === undefined) return;
    this.#isClosed = true;
    this.#nextRound?.cancel();
    await this.#round;
    await this.#end(session);
  }

  async #end(session: Session): Promise<void> {
    const { residence, chain, living, log, tidier } = session;
    await tidier.stop();
    await log.idle();
    this.#nextRelease?.cancel();
    const isWanted = living.count > 0;
    if (isWanted) await this.#writeReleases(session);
    try {
      await chain.close(isWanted);
      await residence.leave(!isWanted);
    } catch (error) {
      // What is left behind holds nothing that is wanted, or is taken over as it is.
      this.#tell(error);
    }
  }

  #opened(): Session {
    if (this.#session === undefined || this.#isClosed) throw closed('the journal');
    return this.#session;
  }

  #assemble(residence: Residence): Session {
    const { namespace } = this.#context;
    const { segmentBytes, recover } = this.#settings;
    const { disk, isSynced } = this.#site;
    const salt = randomBytes(4).readUInt32LE();
    const living = new Living();
    const confirm = async (): Promise<string> => (await residence.certain()).path;
    const chain = new Chain({ disk, namespace, salt, segmentBytes, isSynced, confirm }, residence.house.path);
    const log: Log = new Log({ chain, living, salt, isSynced, written: () => tidier.tidy() });
    const troubled = (problem: unknown): void => this.#tell(problem);
    const tidier = new Tidier({ chain, living, log, namespace, salt, segmentBytes, troubled });
    const take = (records: readonly JournalRecord[]): Promise<void> => this.#take(log, records);
    const heritage = new Heritage(this.#site, { namespace, recover, take, troubled });
    return { residence, chain, living, log, tidier, heritage };
  }

  /** Makes records of another owner its own: all, or none. */
  async #take(log: Log, records: readonly JournalRecord[]): Promise<void> {
    const own = records.map((record) => ({ ...record, sequence: log.draw() }));
    const writes: Promise<void>[] = [];
    for (let at = 0; at < own.length; at += ADOPTED_AT_ONCE) {
      const some = own.slice(at, at + ADOPTED_AT_ONCE);
      writes.push(
        log.add((group) => {
          for (const { sequence, operation, death } of some) {
            group.change(sequence, operation);
            if (death !== undefined) group.death(sequence, death);
          }
        }),
      );
    }
    try {
      await Promise.all(writes);
    } catch (error) {
      await log.idle();
      // They are still where they came from.
      log.release(own.map(({ sequence }) => sequence));
      throw error;
    }
    this.#adopted.push(...own);
  }

  #armRound(): void {
    if (this.#isClosed) return;
    this.#nextRound = this.#context.clock.schedule(() => {
      this.#round = this.#goRound().finally(() => this.#armRound());
    }, ROUND_MS);
  }

  async #goRound(): Promise<void> {
    const { residence, heritage, tidier } = this.#opened();
    try {
      const house = await residence.prove();
      tidier.resume();
      await heritage.takeOver(house).finally(() => this.#tellAdopted());
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Those before a folder that cannot be taken over have been. */
  #tellAdopted(): void {
    const adopted = this.#adopted.splice(0);
    if (adopted.length > 0) this.#context.observer.adopted(adopted);
  }

  async #writeReleases({ log }: Session): Promise<void> {
    this.#nextRelease = undefined;
    try {
      await log.writeReleases();
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(problem: unknown): void {
    this.#context.observer.troubled(this.#named(problem));
  }

  /** An error that names the folder; errors of the system do not all do so. */
  #named(problem: unknown): CacheError {
    if (problem instanceof CacheError) return problem;
    return journalUnusable(this.#site.root, reason(problem), problem);
  }
}
