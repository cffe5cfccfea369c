import type * as Otel from '@opentelemetry/api';
import { brokenApi, missingApi } from './errors.js';

/** The part of the OpenTelemetry API that is used. */
export type Api = Pick<
  typeof Otel,
  'context' | 'diag' | 'metrics' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode' | 'trace'
>;

/**
 * Loads the OpenTelemetry API when it is first needed.
 * @throws CacheError `missing_peer` where it is not installed, or is something else.
 */
export async function loadApi(
  load: () => Promise<unknown> = () => import('@opentelemetry/api'),
): Promise<Api> {
  const loaded = await importWith(load);
  const api = [loaded, defaultOf(loaded)].find(isApi);
  if (api === undefined) throw brokenApi('it exports no trace, metrics and context');
  return api;
}

async function importWith(load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    throw isMissing(error) ? missingApi(error) : brokenApi(String(error), error);
  }
}

function isMissing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return String(error.code).endsWith('MODULE_NOT_FOUND');
}

function isApi(found: unknown): found is Api {
  if (typeof found !== 'object' || found === null) return false;
  return 'trace' in found && 'metrics' in found && 'context' in found;
}

function defaultOf(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
}
