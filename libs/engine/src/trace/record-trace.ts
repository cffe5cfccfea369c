import type { CacheHook } from '../events/hooks.js';
import type { RecordTraceOptions } from './trace-options.js';
import { TraceRecorder } from './trace-recorder.js';

/** What reads can be heard of: a `Cache`. */
export interface Hookable {
  addHook(hook: CacheHook): () => void;
}

/**
 * Records what a cache is asked for, hits and misses alike, until the answer is closed or has enough. Costs nothing before and after.
 *
 * @example
 * ```ts
 * const recorder = recordTrace(cache, { file: 'trace.txt.gz', sampleRate: 0.1 });
 * const { recorded, dropped } = await recorder.close();
 * ```
 * @throws CacheError `bad_option`, or `bad_trace` where the file cannot be made.
 */
export function recordTrace(cache: Hookable, options: RecordTraceOptions): TraceRecorder {
  return listen(cache, new TraceRecorder(options));
}

/** Hears every read of a cache while the recorder is open. */
export function listen(cache: Hookable, recorder: TraceRecorder): TraceRecorder {
  const record = (key: string): void => {
    recorder.record(key);
    if (!recorder.isOpen) stop();
  };
  const stop = cache.addHook({ onHit: record, onMiss: record });
  return recorder;
}
