import { randomInt } from 'node:crypto';
import { type KeyHash, seededKeyHash } from '../kernel/key-hash.js';
import { TraceFile } from './trace-file.js';
import { type RecordingOptions, type RecordTraceOptions, resolveRecording } from './trace-options.js';

/** How a recording went. */
export interface TraceReport {
  readonly file: string;
  readonly sampleRate: number;
  /** How many requests are in the file, or on their way there. */
  readonly recorded: number;
  /** How many requests of the sample are missing, because the disk was slower or failed. */
  readonly dropped: number;
  /** Why writing stopped before its time, if it did. */
  readonly error: unknown;
}

const BATCH = 8192;

/**
 * Writes requests to a trace that `nuthatch simulate` reads: the 32-bit hash of each key on a line, with a seed drawn per recording, so that
 * keys can be told apart and not read. With a sample rate, keys are chosen by their hash (SHARDS: Waldspurger et al., FAST 2015). A request costs its hash
 * and, spread over 8,192 of them, a piece of text; files are written in the background. Where the disk is slower, or
 * fails, requests are dropped and counted; {@link record} never throws and never waits.
 */
export class TraceRecorder {
  readonly #options: RecordingOptions;
  readonly #out: TraceFile;
  readonly #hashOf: KeyHash = seededKeyHash(randomInt(2 ** 32));
  readonly #hashesBelow: number;
  #batch = new Uint32Array(BATCH);
  #filled = 0;
  #recorded = 0;
  #dropped = 0;
  #isOpen = true;

  /** @throws CacheError `bad_option`, or `bad_trace` where the file cannot be made. */
  constructor(options: RecordTraceOptions, flag: 'w' | 'wx' = 'w') {
    this.#options = resolveRecording(options);
    this.#hashesBelow = this.#options.sampleRate * 2 ** 32;
    this.#out = new TraceFile(this.#options.file, flag);
  }

  /** Whether more can be recorded. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How the recording is going. */
  get report(): TraceReport {
    const { file, sampleRate } = this.#options;
    const { lost, error } = this.#out;
    return { file, sampleRate, recorded: this.#recorded - lost, dropped: this.#dropped + lost, error };
  }

  /** Records a request for a key. */
  record(key: unknown): void {
    if (!this.#isOpen) return;
    const hash = this.#hashOf(key);
    if (hash >= this.#hashesBelow) return;
    if (this.#filled === BATCH) this.#send();
    if (this.#filled === BATCH) {
      this.#dropped++;
      return;
    }
    this.#batch[this.#filled++] = hash;
    if (++this.#recorded === this.#options.maxRequests) this.#end();
  }

  /** Ends the recording; resolves when everything is written. */
  async close(): Promise<TraceReport> {
    this.#end();
    await this.#out.close();
    return this.report;
  }

  /** Ends the recording in a process that is about to end. */
  closeSync(): TraceReport {
    this.#end();
    this.#out.finishSync();
    return this.report;
  }

  #send(): void {
    if (!this.#out.hasRoom) return;
    this.#out.append(this.#batch);
    this.#batch = new Uint32Array(BATCH);
    this.#filled = 0;
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#filled > 0) this.#out.append(this.#batch.subarray(0, this.#filled));
  }
}
