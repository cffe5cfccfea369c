import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unreadableAccessLog } from '../kernel/errors.js';
import { HeavyHitters } from './heavy-hitters.js';
import { LineSplitter } from './line-splitter.js';
import type { LogLine } from './log-format.js';
import type { AccessLogReport } from './warm-report.js';

/** How an access log is read. */
export interface AccessLogReading {
  readonly read: (line: string) => LogLine;
  /** The key of what was requested; nothing where it has none. */
  readonly keyOf: (path: string) => string | undefined;
  /** How many keys are counted. */
  readonly mostKeys: number;
  readonly signal: AbortSignal | undefined;
}

/** What was found in an access log. */
export interface AccessLogCounts {
  readonly hitters: HeavyHitters;
  readonly report: AccessLogReport;
}

const LONGEST_LINE = 64 * 1024;
/** In characters; what is longer is no key that anybody has meant. Bounds the memory of the counts, with the number of keys. */
const LONGEST_KEY = 2048;

/**
 * Counts the keys that a file was asked for, a piece at a time. It is decompressed where its name ends with `.gz`. Where the signal is aborted it ends early.
 * @throws CacheError `bad_trace`, naming the file, where it cannot be read.
 */
export async function countAccesses(file: string, reading: AccessLogReading): Promise<AccessLogCounts> {
  const counting = new Counting(reading);
  const lines = new LineSplitter(LONGEST_LINE);
  try {
    for await (const piece of piecesOf(file)) {
      for (const line of lines.push(piece)) counting.add(line);
      if (reading.signal?.aborted === true) break;
    }
  } catch (error) {
    throw unreadableAccessLog(file, error);
  }
  for (const line of lines.end()) counting.add(line);
  return { hitters: counting.hitters, report: counting.report(lines.tooLong) };
}

class Counting {
  readonly #reading: AccessLogReading;
  readonly hitters: HeavyHitters;
  readonly #counts = { request: 0, skipped: 0, broken: 0 };

  constructor(reading: AccessLogReading) {
    this.#reading = reading;
    this.hitters = new HeavyHitters(reading.mostKeys);
  }

  add(line: string): void {
    this.#counts[this.#kindOf(line)]++;
  }

  report(tooLong: number): AccessLogReport {
    const { request, skipped, broken } = this.#counts;
    return {
      lines: request + skipped + broken + tooLong,
      requests: request,
      skipped,
      broken: broken + tooLong,
      keys: this.hitters.size,
      isExact: this.hitters.isExact,
    };
  }

  /** A line at which a function of the user's throws is a broken one. */
  #kindOf(line: string): LogLine['kind'] {
    try {
      const found = this.#reading.read(line);
      if (found.kind !== 'request') return found.kind;
      const key = this.#reading.keyOf(found.path);
      if (key === undefined || key === '') return 'skipped';
      if (typeof key !== 'string' || key.length > LONGEST_KEY) return 'broken';
      this.hitters.add(key);
      return 'request';
    } catch {
      return 'broken';
    }
  }
}

function piecesOf(file: string): AsyncIterable<Buffer> {
  const bytes = createReadStream(file);
  if (!file.endsWith('.gz')) return bytes;
  // Whoever reads the one gets the errors of the other.
  return pipeline(bytes, createGunzip(), () => undefined);
}
