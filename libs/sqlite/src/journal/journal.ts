import {
  CacheError,
  type Death,
  type Journal,
  type JournalContext,
  type JournalRecord,
  type Operation,
  type Timer,
} from 'nuthatch/engine';
import { journalClosed, journalUnusable, messageOf } from '../errors.js';
import { assertSqliteVersion } from '../sqlite-version.js';
import type { Estate, Heir } from './estate.js';
import { claim, othersIn, type Seat, takeSeat } from './estates.js';
import { makeFolder } from './folder.js';
import { inherit } from './inherit.js';
import { Ledger } from './ledger.js';
import { Log } from './log.js';
import type { ResolvedJournalOptions } from './options.js';

/** How often it is looked for owners that have ended. */
const LOOK_EVERY_MS = 2000;

/** Where a journal has its place, and who may take over what is in the others. */
interface Site {
  readonly folder: string;
  readonly seat: Seat;
  readonly heir: Heir;
}

/** What an open journal consists of. */
interface Session extends Site {
  readonly log: Log;
  readonly ledger: Ledger;
}

/** The changes of one cache, in a SQLite file that this process alone has, beside those of others. */
export class SqliteJournal implements Journal {
  readonly #options: ResolvedJournalOptions;
  readonly #context: JournalContext;
  /** Owners of whom it was said that what they left cannot be taken over. */
  readonly #refused = new Set<string>();
  #opening: Promise<readonly JournalRecord[]> | undefined;
  #session: Session | undefined;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ResolvedJournalOptions, context: JournalContext) {
    this.#options = options;
    this.#context = context;
  }

  get depth(): number {
    return this.#session?.ledger.depth ?? 0;
  }

  get bytes(): number {
    return this.#session?.log.bytes ?? 0;
  }

  async open(): Promise<readonly JournalRecord[]> {
    this.#opening ??= this.#enter();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw this.#explained(error);
    }
  }

  async append(operations: readonly Operation[]): Promise<number> {
    return this.#opened().ledger.append(operations);
  }

  async bury(sequence: number, death: Death): Promise<void> {
    await this.#opened().ledger.bury(sequence, death);
  }

  release(sequences: readonly number[]): void {
    this.#session?.ledger.release(sequences);
  }

  async settled(): Promise<void> {
    await this.#opened().ledger.settled();
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => 'whoever opened it is told');
    const session = this.#session;
    this.#session = undefined;
    this.#opening = undefined;
    this.#timer?.cancel();
    await this.#looking;
    if (session === undefined) return;
    session.ledger.write();
    leave(session);
  }

  #opened(): Session {
    if (this.#session === undefined) throw journalClosed(this.#options.directory);
    return this.#session;
  }

  async #enter(): Promise<readonly JournalRecord[]> {
    const client = await this.#options.client();
    assertSqliteVersion(client);
    const { namespace, durability, observer } = this.#context;
    const folder = makeFolder(this.#options.directory, namespace);
    const seat = takeSeat(client, folder);
    const troubled = (problem: Error) => observer.troubled(problem);
    const site: Site = {
      folder,
      seat,
      heir: { client, namespace, recover: this.#options.recover, troubled },
    };
    const estates: Estate[] = [];
    let log: Log | undefined;
    try {
      for (const id of othersIn(folder, seat.id)) estates.push(...claim(folder, id, site.heir));
      log = new Log(client, seat.file, { namespace, durability });
      const ledger = new Ledger(log, this.#context.clock, troubled);
      const records = await inherit({ log, ledger, troubled }, estates);
      this.#session = { ...site, log, ledger };
      this.#lookLater(this.#session);
      return records;
    } catch (error) {
      for (const estate of estates) estate.leave();
      log?.remove();
      seat.hold.remove();
      throw error;
    }
  }

  #lookLater(session: Session): void {
    this.#timer = this.#context.clock.schedule(() => {
      this.#looking = this.#look(session).finally(() => {
        if (this.#session === session) this.#lookLater(session);
      });
    }, LOOK_EVERY_MS);
  }

  /** Takes over what owners have left that ended while this one runs. */
  async #look(session: Session): Promise<void> {
    const { observer } = this.#context;
    const estates: Estate[] = [];
    try {
      for (const id of othersIn(session.folder, session.seat.id))
        estates.push(...this.#tryToClaim(session, id));
      const records = await inherit({ ...session, troubled: session.heir.troubled }, estates);
      if (records.length > 0 && this.#session === session) observer.adopted(records);
    } catch (error) {
      for (const estate of estates) estate.leave();
      observer.troubled(this.#explained(error));
    }
  }

  /** What cannot be taken over is reported once, and left as it is. */
  #tryToClaim({ folder, heir }: Session, id: string): readonly Estate[] {
    if (this.#refused.has(id)) return [];
    try {
      return claim(folder, id, heir);
    } catch (error) {
      this.#refused.add(id);
      this.#context.observer.troubled(this.#explained(error));
      return [];
    }
  }

  #explained(error: unknown): CacheError {
    const isToldAlready =
      error instanceof CacheError && ['journal_unusable', 'missing_peer'].includes(error.code);
    return isToldAlready ? error : journalUnusable(this.#options.directory, messageOf(error), error);
  }
}

/** What is not released stays for the next owner. */
function leave({ log, ledger, seat }: Session): void {
  if (ledger.depth > 0) {
    log.close();
    seat.hold.release();
    return;
  }
  log.remove();
  seat.hold.remove();
}
