import { malformedEntry, repeatedEntry, unsignedEntry } from './errors.js';
import { decode } from './message-codec.js';
import type { Members } from './members.js';
import type { Numbering } from './numbering.js';
import type { RawEntry } from './read-connection.js';
import type { Seal } from './seal.js';
import { SeenOrigins } from './seen-origins.js';

/** What makes a process know its own entries, and those that it can trust. */
export interface IncomingOptions {
  readonly origin: string;
  readonly seal: Seal;
  readonly maxEntryBytes: number;
}

/** Judges the entries that come, and sorts what is in them. */
export class Incoming {
  readonly #options: IncomingOptions;
  readonly #members: Members;
  readonly #seen = new SeenOrigins();

  constructor(options: IncomingOptions, members: Members) {
    this.#options = options;
    this.#members = members;
  }

  /** Answers why something was missed, where it was. */
  take(entries: readonly RawEntry[], numbering: Numbering): string | undefined {
    let missed: string | undefined;
    for (const entry of entries) missed = this.#take(entry, numbering) ?? missed;
    return missed;
  }

  #take({ id, fields }: RawEntry, numbering: Numbering): string | undefined {
    const { maxEntryBytes, seal, origin } = this.#options;
    const decoded = decode(fieldOf(fields, 'p') ?? Buffer.alloc(0), maxEntryBytes, seal);
    if (decoded.kind === 'unsigned') return this.#ignore(numbering, unsignedEntry(id));
    const number = numberOf(fields);
    if (decoded.kind === 'malformed') {
      const error = malformedEntry(id, decoded.why);
      this.#members.failed('receive', error);
      if (number !== undefined) numbering.take(number);
      return error.message;
    }
    const { news } = decoded;
    if (!this.#seen.isNew(news.origin, news.seq)) return this.#ignore(numbering, repeatedEntry(id));
    this.#members.sort(news, news.origin === origin);
    return number !== undefined && numbering.take(number) ? undefined : 'gap: entries of the bus are missing';
  }

  #ignore(numbering: Numbering, error: Error): undefined {
    numbering.leaveRoom();
    this.#members.failed('receive', error);
  }
}

function numberOf(fields: readonly Buffer[]): number | undefined {
  const text = fieldOf(fields, 'n')?.toString('latin1');
  if (text === undefined || !/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

function fieldOf(fields: readonly Buffer[], name: string): Buffer | undefined {
  for (let at = 0; at + 1 < fields.length; at += 2)
    if (fields[at]?.toString('latin1') === name) return fields[at + 1];
  return undefined;
}
