import type { Writable } from 'node:stream';
import { type ByteSize, parseByteSize } from '../../kernel/byte-size.js';
import { type Clock, systemClock } from '../../kernel/clock.js';
import { parseCount } from '../../kernel/count.js';
import { badOption } from '../../kernel/errors.js';
import { type Partially, Problems } from '../../kernel/problems.js';
import type { CacheEvent } from '../cache-event.js';
import { type LoggedKeys, parseKeys, parseSalt } from '../shown-keys.js';

/** What events are called. */
export type EventType = CacheEvent['type'];

/** When a log goes on in another file. */
export interface EventLogRotation {
  /** How long a file may grow; `'64mb'` by default. A line that is longer has a file of its own. */
  readonly maxBytes?: ByteSize | undefined;
  /** How many files are kept, the one that is written among them; 5 by default. */
  readonly maxFiles?: number | undefined;
}

/** What an event log has, and where it is. */
export interface EventLogOptions {
  /**
   * The path of a file, which is appended to and belongs to one log of one process at a time, or a stream, which stays open when the log is
   * closed, such as `process.stdout`.
   */
  readonly to: string | Writable;
  /** The types of events that are written; all but `entry_get_hit` and `entry_get_miss`, and `metrics_updated`, by default. */
  readonly events?: readonly EventType[] | undefined;
  /**
   * Of what types only a share is written, evenly, such as `{ entry_get_hit: 0.01 }`, besides `events`. These lines have the share as `sampled`.
   */
  readonly sample?: Readonly<Partial<Record<EventType, number>>> | undefined;
  /**
   * How keys are written; `'plain'` by default. `'hashed'` writes 16 hexadecimal digits of an HMAC (SHA-256) in the place of each key, `'none'`
   * leaves keys out. Both hold for tags, patterns and namespaces, too, and leave out the messages of errors, which may quote keys. Your own
   * events are written as they are, but for these fields.
   */
  readonly keys?: LoggedKeys | undefined;
  /** The secret of `'hashed'`, so that the hashes of several logs can be compared; drawn for each log by default. */
  readonly salt?: string | undefined;
  /** When a file is put aside for a new one; `{ maxBytes: '64mb', maxFiles: 5 }` by default. */
  readonly rotate?: EventLogRotation | undefined;
  /** How many bytes may wait to be written; `'1mb'` by default. Lines beyond are dropped, and one line tells how many when it flows again. */
  readonly maxBuffered?: ByteSize | undefined;
  /** Where the time is read; the machine's clock by default. */
  readonly clock?: Clock | undefined;
}

/** When a file is put aside. */
export interface Rotation {
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** The options of an event log, checked and filled in. */
export interface ResolvedEventLog {
  readonly to: string | Writable;
  /** The types that are written; `undefined` for all but the frequent ones. */
  readonly events: ReadonlySet<string> | undefined;
  readonly sample: ReadonlyMap<string, number>;
  readonly keys: LoggedKeys;
  readonly salt: string | undefined;
  readonly rotate: Rotation;
  readonly maxBuffered: number;
  readonly clock: Clock;
}

const KNOWN: Readonly<Record<keyof EventLogOptions, true>> = {
  to: true,
  events: true,
  sample: true,
  keys: true,
  salt: true,
  rotate: true,
  maxBuffered: true,
  clock: true,
};

/** @throws CacheError `bad_option` naming everything that is wrong. */
export function resolveEventLog(options: EventLogOptions): ResolvedEventLog {
  const problems = new Problems();
  const { to, events, sample = {}, keys = 'plain', salt, rotate = {}, maxBuffered = '1mb' } = options;
  problems.checkNames(options, KNOWN);
  const rotation: Partially<Rotation> = {
    maxBytes: problems.check(() => parseByteSize('rotate.maxBytes', rotate.maxBytes ?? '64mb')),
    maxFiles: problems.check(() => parseCount('rotate.maxFiles', rotate.maxFiles ?? 5)),
  };
  const built: Partially<ResolvedEventLog> = {
    to: problems.check(() => parseTo(to)),
    events: problems.check(() => parseEvents(events)),
    sample: problems.check(() => parseSample(sample)),
    keys: problems.check(() => parseKeys(keys)),
    salt: problems.check(() => parseSalt(salt)),
    rotate: problems.settle<Rotation>(rotation),
    maxBuffered: problems.check(() => parseByteSize('maxBuffered', maxBuffered)),
    clock: options.clock ?? systemClock,
  };
  return problems.settle<ResolvedEventLog>(built);
}

function parseTo(to: unknown): string | Writable {
  if (typeof to === 'string' && to !== '') return to;
  // Whatever writes and tells of errors as a stream does.
  if (typeof to === 'object' && to !== null && 'write' in to && 'on' in to) return to as Writable;
  throw badOption('to', 'the path of a file or a writable stream', to);
}

function parseEvents(events: unknown): ReadonlySet<string> | undefined {
  if (events === undefined) return undefined;
  if (Array.isArray(events) && events.every((type) => typeof type === 'string')) return new Set(events);
  throw badOption('events', 'a list of types of events', events);
}

function parseSample(sample: object): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const [type, share] of Object.entries(sample)) {
    if (!(share > 0 && share <= 1)) throw badOption(`sample.${type}`, 'above 0 and at most 1', share);
    shares.set(type, share);
  }
  return shares;
}
