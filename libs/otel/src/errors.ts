import { CacheError } from 'nuthatch/engine';

/** Says that the OpenTelemetry API is not installed. */
export function missingApi(cause: unknown): CacheError {
  const message =
    'nuthatch/otel needs the package @opentelemetry/api, which was not found; npm install @opentelemetry/api@1';
  return new CacheError('missing_peer', message, cause);
}

/** Says that the OpenTelemetry API is there and is not what it should be. */
export function brokenApi(why: string, cause?: unknown): CacheError {
  const message = `@opentelemetry/api could not be loaded: ${why}; npm install @opentelemetry/api@1`;
  return new CacheError('missing_peer', message, cause);
}

/** Says that `option` must be `expected`. */
export function badOtelOption(option: string, expected: string, found: unknown): CacheError {
  const shown = typeof found === 'string' ? JSON.stringify(found) : typeof found;
  return new CacheError('bad_option', `${option} must be ${expected}, got ${shown}`);
}
