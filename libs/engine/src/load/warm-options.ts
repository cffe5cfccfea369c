import { parseCount } from '../kernel/count.js';
import { badOption } from '../kernel/errors.js';
import { Problems } from '../kernel/problems.js';
import { LOAD_RULES } from './load-rules.js';
import type { LoadOptions } from './loader.js';
import type { Terminal } from './progress-bar.js';
import type { WarmProgress } from './warm-report.js';

/** How a cache is warmed, and how what is loaded is kept. */
export interface WarmOptions<V> extends Omit<LoadOptions<V>, 'signal'> {
  /** How many loads run at a time, a call of a bulk loader counting as one; 8 by default. */
  readonly concurrency?: number | undefined;
  /** Told how far it is, ten times a second at most, and at the end. What it throws is reported as `hook_failed`; it is not told again then. */
  readonly onProgress?: ((progress: WarmProgress) => void) | undefined;
  /** Ends the warming, which then answers at once. Loads that have begun go on. */
  readonly signal?: AbortSignal | undefined;
  /** `true` draws a bar on standard error, a stream draws it there, where that is a terminal; nothing is drawn by default. */
  readonly progress?: boolean | Terminal | undefined;
}

/** The options of a warming, checked and filled in. */
export interface ResolvedWarm<V> {
  readonly concurrency: number;
  readonly onProgress: ((progress: WarmProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly terminal: Terminal | undefined;
  /** How what is loaded is kept. */
  readonly load: LoadOptions<V>;
}

const DEFAULT_CONCURRENCY = 8;

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof WarmOptions<unknown>, true>> = {
  concurrency: true,
  onProgress: true,
  signal: true,
  progress: true,
  ttl: true,
  tags: true,
  tti: true,
  staleWhileRevalidate: true,
  grace: true,
  ...LOAD_RULES,
  unless: true,
};

/** @param others names that the caller knows beside these. @throws CacheError `bad_option`, naming every wrong option in one message. */
export function resolveWarm<V>(options: WarmOptions<V>, others: readonly string[] = []): ResolvedWarm<V> {
  if (typeof options !== 'object' || options === null)
    throw badOption('options', 'an object such as { concurrency: 4 }', options);
  const { concurrency = DEFAULT_CONCURRENCY, onProgress, signal, progress, ...load } = options;
  const problems = new Problems();
  problems.checkNames(load, [...others, ...Object.keys(KNOWN)]);
  problems.check(() => parseCount('concurrency', concurrency));
  problems.check(() => {
    if (onProgress !== undefined && typeof onProgress !== 'function')
      throw badOption('onProgress', 'a function', onProgress);
  });
  problems.check(() => {
    if (signal !== undefined && !isSignal(signal)) throw badOption('signal', 'an AbortSignal', signal);
  });
  const terminal = problems.check(() => terminalOf(progress));
  return problems.settle({ concurrency, onProgress, signal, terminal, load });
}

function terminalOf(progress: boolean | Terminal | undefined): Terminal | undefined {
  if (progress === undefined || progress === false) return undefined;
  if (progress === true) return process.stderr;
  if (typeof progress === 'object' && typeof progress?.write === 'function') return progress;
  throw badOption('progress', 'true, false or a stream', progress);
}

/** Structural, since signals of other realms and polyfills are signals too. */
function isSignal(given: AbortSignal): boolean {
  return typeof given === 'object' && given !== null && 'aborted' in given && 'addEventListener' in given;
}
