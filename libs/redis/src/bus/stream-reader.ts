import { Incoming, type IncomingOptions } from './incoming.js';
import type { Members, Times } from './members.js';
import { Numbering } from './numbering.js';
import type { Position, RawEntry, ReadConnection } from './read-connection.js';

const MOST_ENTRIES = 200;
/** About so much is read in one go. */
const READ_BYTES = 2 ** 20;
const GAP = 'gap: entries of the bus are missing';

/** Times that are proven once the entries up to `counter` were read. */
interface Claim {
  readonly times: Times;
  readonly counter: number;
}

/** Reads the stream over one connection after the other, and knows what of it was read. */
export class StreamReader {
  readonly #members: Members;
  readonly #incoming: Incoming;
  #numbering = new Numbering(0);
  /** Nothing where the stream was never seen. */
  #position: Position | undefined;
  #lastId = '0-0';
  #count = MOST_ENTRIES;
  #claim: Claim | undefined;
  #isPatient = false;
  /** Why what was read may not be all, as long as nobody was told. */
  #doubt: string | undefined;

  constructor(options: IncomingOptions, members: Members) {
    this.#members = members;
    this.#incoming = new Incoming(options, members);
  }

  /** Begins with a connection: at the end of the stream, or where the last one has ended if everything since is sure to be there. */
  async begin(connection: ReadConnection): Promise<void> {
    const position = await connection.position();
    this.#doubt ??= this.#doubtOf(position, true);
    this.#isPatient = false;
    if (this.#position === undefined || this.#doubt !== undefined) this.#startFrom(position);
    else this.#position = position;
  }

  /** Reads what comes next; answers whether there was something, and all of it was read: somebody is at work, and more is soon to come. */
  async next(connection: ReadConnection): Promise<boolean> {
    const promised = this.#position?.counter ?? 0;
    const times = this.#members.times();
    const request = { after: this.#lastId, count: this.#count, isPatient: this.#isPatient };
    const { entries, position } = await connection.read(request);
    this.#isPatient = true;
    const isAll = entries.length < request.count;
    this.#doubt = this.#take(entries, { promised, position, isAll });
    // Should this fail, the next connection is asked again.
    if (this.#doubt === undefined) this.#prove({ times, counter: position.counter }, isAll);
    else this.#startFrom(await connection.position());
    return isAll && entries.length > 0;
  }

  /** After a failure less is read in one go: it may have been too much for the time that there was. */
  hesitate(): void {
    this.#count = Math.max(1, this.#count >> 1);
    this.#claim = undefined;
  }

  /** Forgets where the stream was: nobody listens any more. */
  forget(): void {
    this.#position = undefined;
    this.#doubt = undefined;
  }

  /** Answers why where the stream is now has nothing to do with what was read. */
  #take(
    entries: readonly RawEntry[],
    { promised, position, isAll }: { promised: number; position: Position; isAll: boolean },
  ): string | undefined {
    const missed = this.#incoming.take(entries, this.#numbering);
    this.#members.deliver();
    if (missed !== undefined) this.#members.missed(missed);
    this.#lastId = entries.at(-1)?.id ?? this.#lastId;
    this.#count = countFor(entries);
    const doubt = this.#doubtOf(position, false);
    this.#position = position;
    if (doubt !== undefined || !isAll) return doubt;
    return this.#numbering.isComplete(promised, position.counter) ? undefined : GAP;
  }

  #doubtOf({ epoch, counter, run }: Position, isAnotherConnection: boolean): string | undefined {
    const known = this.#position;
    if (known === undefined) return undefined;
    if (run !== known.run || (run === '' && isAnotherConnection))
      return 'Redis was restarted, or a replica has taken over';
    if (epoch !== known.epoch) return 'the stream of the bus was deleted';
    return counter < this.#numbering.last ? 'entries of the bus were lost' : undefined;
  }

  /** What comes after `position` is received: not before that it is said that something was missed. */
  #startFrom(position: Position): void {
    this.#position = position;
    this.#lastId = position.lastId;
    this.#numbering = new Numbering(position.counter);
    this.#claim = undefined;
    this.#isPatient = false;
    if (this.#doubt !== undefined) this.#members.missed(this.#doubt);
    this.#doubt = undefined;
  }

  /** Where there is more to read than one answer holds, what was there at one time is proven as soon as it was read. */
  #prove(claim: Claim, isAll: boolean): void {
    const open = this.#claim ?? claim;
    const isProven = isAll || this.#numbering.last >= open.counter;
    this.#claim = isProven ? undefined : open;
    if (isProven) this.#members.prove(isAll ? claim.times : open.times);
  }
}

function countFor(entries: readonly RawEntry[]): number {
  const bytes = entries.reduce(
    (sum, { fields }) => fields.reduce((all, field) => all + field.length, sum),
    0,
  );
  const each = bytes / Math.max(1, entries.length);
  return Math.max(1, Math.min(MOST_ENTRIES, Math.floor(READ_BYTES / Math.max(1, each))));
}
