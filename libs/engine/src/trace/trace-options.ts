import { badOption } from '../kernel/errors.js';
import { type Partially, Problems } from '../kernel/problems.js';

/** How requests are recorded. */
export interface RecordTraceOptions {
  /** The file to write, compressed where its name ends in `.gz`. What was there is overwritten. */
  readonly file: string;
  /** The share of the keys to record, chosen by their hashes: a sampled key comes with all its requests. 1, all of them, by default. */
  readonly sampleRate?: number | undefined;
  /** How many requests are recorded at most; 10,000,000 by default. */
  readonly maxRequests?: number | undefined;
}

/** The options of a recording, checked and filled in. */
export interface RecordingOptions {
  readonly file: string;
  readonly sampleRate: number;
  readonly maxRequests: number;
}

/** @throws CacheError `bad_option` naming everything that is wrong. */
export function resolveRecording({
  file,
  sampleRate = 1,
  maxRequests = 10_000_000,
}: RecordTraceOptions): RecordingOptions {
  const problems = new Problems();
  const built: Partially<RecordingOptions> = {
    file: problems.check(() => parseFile(file)),
    sampleRate: problems.check(() => parseRate(sampleRate)),
    maxRequests: problems.check(() => parseMost(maxRequests)),
  };
  return problems.settle<RecordingOptions>(built);
}

function parseFile(file: string): string {
  if (typeof file === 'string' && file !== '') return file;
  throw badOption('file', 'the path of a file', file);
}

function parseRate(rate: number): number {
  if (rate > 0 && rate <= 1) return rate;
  throw badOption('sampleRate', 'above 0 and at most 1', rate);
}

function parseMost(requests: number): number {
  if (Number.isSafeInteger(requests) && requests > 0) return requests;
  throw badOption('maxRequests', 'a positive whole number', requests);
}
