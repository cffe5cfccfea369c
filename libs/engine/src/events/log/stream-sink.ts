import type { Writable } from 'node:stream';
import type { Sink } from './sink.js';

/** The streams whose errors end no process, though nobody listens to them any more. */
const IGNORED = new WeakSet<Writable>();

/** Writes to a stream that belongs to somebody else, no faster than it takes what comes, and leaves it open. */
export class StreamSink implements Sink {
  readonly place = 'stream';
  readonly #stream: Writable;
  #error: Error | undefined;
  #failed: (error: Error) => void = () => undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', this.#break);
    stream.on('close', this.#closed);
  }

  get isBroken(): boolean {
    return this.#error !== undefined || this.#stream.writable === false;
  }

  write(lines: readonly string[]): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.isBroken) return reject(this.#error ?? new Error('the stream has ended'));
      this.#failed = reject;
      this.#stream.write(lines.join(''), (error) => {
        if (error) reject(error);
        else resolve(lines.length);
      });
    });
  }

  close(): Promise<void> {
    ignoreErrors(this.#stream);
    this.#stream.off('close', this.#closed).off('error', this.#break);
    return Promise.resolve();
  }

  readonly #break = (error: Error): void => {
    this.#error ??= error;
    this.#failed(error);
  };

  readonly #closed = (): void => this.#break(new Error('the stream was closed'));
}

/** What fails when a log is closed has nobody to be told. One listener is enough for all logs that a stream such as `process.stdout` has had. */
function ignoreErrors(stream: Writable): void {
  if (IGNORED.has(stream)) return;
  IGNORED.add(stream);
  stream.on('error', () => undefined);
}
