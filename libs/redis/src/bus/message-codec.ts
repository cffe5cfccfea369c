import { type BusMessage, isBusMessage } from 'nuthatch/engine';
import type { Seal } from './seal.js';

const VERSION = 1;
const LONGEST_ORIGIN = 64;
const UNJUDGED = 'it is signed, and there is no bus.secret here, or it is empty';

/** What one cache of a process tells the others of its name. */
export interface Part {
  readonly namespace: string;
  /** The number of the cache within its process. */
  readonly sender: number;
  readonly messages: readonly BusMessage[];
}

/** What one process has sent in one go. */
export interface News {
  /** The process; another one each time that it starts. */
  readonly origin: string;
  /** Larger than in all that the process has sent before. */
  readonly seq: number;
  readonly parts: readonly Part[];
}

/** What an entry turned out to be. Only what is `'malformed'` may have been real news. */
export type Decoded =
  | { readonly kind: 'news'; readonly news: News }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'unsigned' };

/** @param parts the JSON of a list of parts, each `[namespace, sender, messages]`. */
export function encode({ origin, seq }: Omit<News, 'parts'>, parts: string, seal: Seal): Buffer {
  return seal.close(VERSION, `[${JSON.stringify(origin)},${seq},${parts}]`);
}

/** Looks at every bit of what came, and takes only what {@link encode} has made. Never throws. */
export function decode(payload: Buffer, maxBytes: number, seal: Seal): Decoded {
  const unsealed = seal.open(payload);
  if (unsealed.kind !== 'open')
    return unsealed.kind === 'unsigned' ? { kind: 'unsigned' } : malformed(UNJUDGED);
  const { version, body } = unsealed;
  if (version !== VERSION) return malformed(`it has the version ${version}, known is ${VERSION}`);
  if (payload.length > maxBytes)
    return malformed(`it takes ${payload.length} bytes, maxEntryBytes is ${maxBytes}`);
  const news = newsOf(parse(body));
  return news === undefined ? malformed('it does not have the form of one') : { kind: 'news', news };
}

function malformed(why: string): Decoded {
  return { kind: 'malformed', why };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined; // has no form at all: the caller says so
  }
}

function newsOf(found: unknown): News | undefined {
  if (!isTriple(found)) return undefined;
  const [origin, seq, list] = found;
  if (typeof origin !== 'string' || origin === '' || origin.length > LONGEST_ORIGIN) return undefined;
  if (!isNumber(seq) || !Array.isArray(list)) return undefined;
  const parts = list.map(partOf);
  return parts.every((part) => part !== undefined) ? { origin, seq, parts } : undefined;
}

function partOf(found: unknown): Part | undefined {
  if (!isTriple(found)) return undefined;
  const [namespace, sender, messages] = found;
  if (typeof namespace !== 'string' || !isNumber(sender)) return undefined;
  return isMessages(messages) ? { namespace, sender, messages } : undefined;
}

function isMessages(found: unknown): found is readonly BusMessage[] {
  return Array.isArray(found) && found.every(isBusMessage);
}

function isTriple(found: unknown): found is readonly [unknown, unknown, unknown] {
  return Array.isArray(found) && found.length === 3;
}

function isNumber(found: unknown): found is number {
  return Number.isSafeInteger(found) && Number(found) >= 1;
}
