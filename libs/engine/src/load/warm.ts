import type { BulkSource } from './bulk-loader.js';
import { assertKeys, type Keys, totalOf } from './key-chunks.js';
import type { Loader } from './loader.js';
import { resolveLoader } from './loaders.js';
import { Progress } from './progress.js';
import { progressBar } from './progress-bar.js';
import { unlessAborted } from './unless-aborted.js';
import { resolveWarm, type WarmOptions } from './warm-options.js';
import type { WarmReport } from './warm-report.js';
import { Warming, type WarmParts } from './warming.js';

/** What is to be warmed. */
export interface WarmRequest<V> {
  readonly keys: Keys;
  /** Of single keys, or `{ many, maxBatch }`; the registered one that fits each key where none is given. */
  readonly loader?: Loader<V> | BulkSource<V> | undefined;
  readonly options?: WarmOptions<V> | undefined;
}

/**
 * Loads those keys that nobody has. A key that fails is counted and reported, and stops nothing.
 * @throws CacheError `bad_option` where the call is wrong; nothing else.
 */
export async function warm<V>(parts: WarmParts<V>, request: WarmRequest<V>): Promise<WarmReport> {
  assertKeys(request.keys);
  const options = resolveWarm(request.options ?? {});
  const loader = request.loader === undefined ? undefined : resolveLoader(request.loader);
  const { onProgress, signal, terminal } = options;
  const { clock, observer } = parts;
  const listeners = { onProgress, progress: progressBar(terminal) };
  const progress = new Progress({ clock, observer, total: totalOf(request.keys), listeners });
  const warming = new Warming({ parts, options, loader, progress });
  const isComplete = await unlessAborted(signal, warming.run(request.keys));
  return progress.end(isComplete === true);
}
