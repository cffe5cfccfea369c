import type { BusMessage } from 'nuthatch/engine';
import { tooLargeToSend } from './errors.js';
import type { Gathered, Piece } from './gathered.js';

/** For what is around a message or a part: brackets, names of properties, numbers. */
const AROUND_BYTES = 64;
/** No character takes more bytes in JSON: `\u0000`. */
const MOST_PER_CHARACTER = 6;

const OPENINGS = {
  changed: '{"kind":"changed","keys":[',
  invalidated: '{"kind":"invalidated","invalidations":[',
  released: '{"kind":"released","keys":[',
} as const;

/** @throws CacheError `bad_value` where one item alone is more than there is room for. */
export function assertFits(namespace: string, message: BusMessage, roomBytes: number): void {
  const room = roomBytes - 3 * AROUND_BYTES - bytesOf(namespace);
  for (const item of itemsOf(message)) {
    if (typeof item === 'string' && item.length * MOST_PER_CHARACTER <= room) continue;
    const bytes = bytesOf(item);
    if (bytes > room) throw tooLargeToSend(message.kind, bytes, room);
  }
}

/** The JSON of lists of parts, each of at most so many bytes. Costs nothing for what is not asked for. */
export function* packed(gathered: Gathered, roomBytes: number): Generator<string> {
  let list = new PartList();
  for (const piece of gathered.pieces()) {
    if (!list.isEmpty && list.bytesWith(piece) > roomBytes) {
      yield list.close();
      list = new PartList();
    }
    list.add(piece);
  }
  if (!list.isEmpty) yield list.close();
}

class PartList {
  #text = '[';
  #bytes = 2;
  #last: Piece | undefined;

  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  bytesWith(piece: Piece): number {
    return this.#bytes + this.#costOf(piece);
  }

  add(piece: Piece): void {
    this.#bytes += this.#costOf(piece);
    if (this.#last?.draft === piece.draft) this.#text += `,${piece.json}`;
    else this.#text += `${this.#beforeMessage(piece)}${openingOf(piece)}${piece.json}`;
    this.#last = piece;
  }

  close(): string {
    return `${this.#text}${this.#endOfMessage()}]]]`;
  }

  #beforeMessage({ from }: Piece): string {
    if (this.#last?.from === from) return `${this.#endOfMessage()},`;
    const separator = this.#last === undefined ? '' : `${this.#endOfMessage()}]],`;
    return `${separator}[${JSON.stringify(from.namespace)},${from.sender},[`;
  }

  #endOfMessage(): string {
    return this.#last === undefined || this.#last.draft.kind === 'published' ? '' : ']}';
  }

  #costOf({ from, draft, json }: Piece): number {
    const part = this.#last?.from === from ? 0 : AROUND_BYTES + bytesOf(from.namespace);
    const message = this.#last?.draft === draft ? 0 : AROUND_BYTES;
    return Buffer.byteLength(json) + 1 + part + message;
  }
}

function openingOf({ draft }: Piece): string {
  return draft.kind === 'published' ? '' : OPENINGS[draft.kind];
}

function itemsOf(message: BusMessage): readonly unknown[] {
  if (message.kind === 'changed') return message.keys.map(([key]) => key);
  if (message.kind === 'invalidated') return message.invalidations.map(({ name }) => name);
  return message.kind === 'released' ? message.keys : [message];
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
