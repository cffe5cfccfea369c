import { turnOfTheLoop } from '../kernel/clock.js';
import { badOption } from '../kernel/errors.js';
import type { BulkSource } from './bulk-loader.js';
import { assertKeys, type Keys } from './key-chunks.js';
import type { Loader } from './loader.js';
import { resolveLoader } from './loaders.js';
import { warm } from './warm.js';
import { type AccessLogOptions, resolveAccessLog, warmFromAccessLog } from './warm-from-access-log.js';
import { resolveWarm, type WarmOptions } from './warm-options.js';
import type { WarmReport } from './warm-report.js';
import type { WarmParts } from './warming.js';

interface BootKeys<V> extends Omit<WarmOptions<V>, 'signal'> {
  /** What is loaded, or a function that answers it, called when the warming begins. */
  readonly keys: Keys | (() => Keys);
  /** Of single keys, or `{ many, maxBatch }`; the registered one that fits each key by default. */
  readonly loader?: Loader<V> | BulkSource<V> | undefined;
  readonly accessLog?: undefined;
}

interface BootLog<V> extends Omit<AccessLogOptions<V>, 'signal'> {
  /** The file that says what was asked for. */
  readonly accessLog: string;
  readonly keys?: undefined;
}

/**
 * What a cache loads when it is opened, in the background. Nothing of it fails the opening. Loaders that are registered, rather than given here, must be so in
 * the turn of the event loop in which the cache was opened.
 */
export type WarmOnBoot<V = unknown> = BootKeys<V> | BootLog<V>;

/** A warming that runs in the background. */
export interface BackgroundWarming {
  /** How it went, when it is over. Never rejects: what goes wrong is in the report. */
  readonly done: Promise<WarmReport>;
  /** Loads nothing more; {@link done} then resolves at once. */
  stop(): void;
}

/** @throws CacheError `bad_option` where a cache could not be warmed with these options. */
export function assertWarmOnBoot<V>(options: WarmOnBoot<V>): void {
  if (typeof options !== 'object' || options === null) throw badOption('warm', 'an object', options);
  if (options.accessLog !== undefined && options.keys !== undefined)
    throw badOption('warm', 'told either keys or accessLog', options);
  if (options.accessLog !== undefined) {
    const { accessLog, keys: _, ...rest } = options;
    resolveAccessLog(accessLog, rest);
    return;
  }
  const { keys, loader, accessLog: _, ...rest } = options;
  if (typeof keys !== 'function') assertKeys(keys);
  if (loader !== undefined) resolveLoader(loader);
  resolveWarm(rest, ['keys', 'loader', 'accessLog']);
}

/** Warms a cache in the background, beginning in the next turn of the event loop. */
export function startWarming<V>(parts: WarmParts<V>, options: WarmOnBoot<V>): BackgroundWarming {
  const abort = new AbortController();
  const startedAt = parts.clock.now();
  const done = turnOfTheLoop()
    .then(() => run(parts, options, abort.signal))
    .catch((error: unknown): WarmReport => {
      parts.observer.failed(error);
      const durationMs = parts.clock.now() - startedAt;
      return { loaded: 0, present: 0, failed: 1, errors: [error], durationMs, isComplete: false };
    });
  return { done, stop: () => abort.abort() };
}

async function run<V>(parts: WarmParts<V>, options: WarmOnBoot<V>, signal: AbortSignal): Promise<WarmReport> {
  if (options.accessLog !== undefined) {
    const { accessLog, keys: _, ...rest } = options;
    return warmFromAccessLog(parts, accessLog, { ...rest, signal });
  }
  const { keys, loader, accessLog: _, ...rest } = options;
  const named = typeof keys === 'function' ? keys() : keys;
  return warm(parts, { keys: named, loader, options: { ...rest, signal } });
}
