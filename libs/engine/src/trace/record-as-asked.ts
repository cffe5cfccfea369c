import { basename, dirname, join } from 'node:path';
import { CacheError, reason } from '../kernel/errors.js';
import { type Hookable, listen } from './record-trace.js';
import { type TraceReport, TraceRecorder } from './trace-recorder.js';

/** What `nuthatch record` asks of every cache of the program that it starts. */
interface Asked {
  readonly file: string;
  readonly sampleRate: number;
  readonly maxRequests: number;
}

/** Deadly signals, on which a process runs no exit handlers. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Records the reads of a new cache where the environment asks for it: `NUTHATCH_RECORD` names the file, `NUTHATCH_RECORD_SAMPLE` the share
 * of the keys, `NUTHATCH_RECORD_MAX` the most requests. One look at the environment per cache. What is wrong
 * becomes a process warning: a recording does not keep an application from starting.
 */
export function recordAsAsked(name: string, cache: Hookable): readonly { stop(): void }[] {
  const { NUTHATCH_RECORD: file, NUTHATCH_RECORD_SAMPLE, NUTHATCH_RECORD_MAX } = process.env;
  if (file === undefined || file === '') return [];
  const asked = {
    file,
    sampleRate: Number(NUTHATCH_RECORD_SAMPLE ?? 1),
    maxRequests: Number(NUTHATCH_RECORD_MAX ?? 10_000_000),
  };
  try {
    return [untilTheEnd(listen(cache, openBeside(name, asked)), name)];
  } catch (error) {
    process.emitWarning(`the cache ${name} is not recorded: ${reason(error)}`);
    return [];
  }
}

/** Never overwrites: caches of one name, and processes that were given one environment, number their files. */
function openBeside(name: string, asked: Asked, number = 1): TraceRecorder {
  try {
    return new TraceRecorder({ ...asked, file: fileOf(asked.file, name, number) }, 'wx');
  } catch (error) {
    if (!isTaken(error)) throw error;
    return openBeside(name, asked, number + 1);
  }
}

/** `trace.txt.gz` for the cache `default`, `trace.users.txt.gz` for `users`, `trace.users.2.txt.gz` where that is taken. */
function fileOf(file: string, name: string, number: number): string {
  const base = basename(file);
  const [extensions = ''] = /(\.[^.]+)?(\.gz)?$/.exec(base) ?? [];
  const words = [
    base.slice(0, base.length - extensions.length),
    ...(name === 'default' ? [] : [encodeURIComponent(name)]),
    ...(number === 1 ? [] : [number]),
  ];
  return join(dirname(file), `${words.join('.')}${extensions}`);
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof CacheError ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EEXIST';
}

/** Ends a recording with its cache or with the process, whichever ends first, and tells how it went. */
function untilTheEnd(recorder: TraceRecorder, name: string): { stop(): void } {
  const tell = (report: TraceReport): void => {
    process.stderr.write(`${inWords(name, report)}\n`);
    forget();
  };
  const end = (): void => tell(recorder.closeSync());
  const die = (signal: NodeJS.Signals): void => {
    end();
    // Where nobody else waits for the signal, the process would have died of it.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const forget = (): void => {
    process.off('exit', end);
    for (const signal of SIGNALS) process.off(signal, die);
  };
  process.once('exit', end);
  for (const signal of SIGNALS) process.once(signal, die);
  return { stop: () => void recorder.close().then(tell) };
}

function inWords(name: string, { file, recorded, dropped, sampleRate }: TraceReport): string {
  const lost = dropped === 0 ? '' : `, ${dropped} missed since the disk was slower`;
  const share = sampleRate === 1 ? '' : `; simulate it with --sampled ${sampleRate}`;
  return `nuthatch: ${recorded} requests of the cache ${name} are in ${file}${lost}${share}`;
}
