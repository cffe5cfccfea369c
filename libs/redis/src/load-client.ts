import type { RedisModule } from './client.js';
import { brokenClient, missingClient } from './errors.js';

/**
 * Loads `ioredis` when it is first needed.
 * @throws CacheError `missing_peer` where it is not installed, or is something else.
 */
export async function loadClient(
  load: () => Promise<unknown> = () => import('ioredis'),
): Promise<RedisModule> {
  const loaded = await importWith(load);
  const module = [loaded, defaultOf(loaded)].find(isModule);
  if (module === undefined) throw brokenClient(new TypeError('it exports no Redis and Cluster'));
  return module;
}

async function importWith(load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    throw codeOf(error).endsWith('MODULE_NOT_FOUND') ? missingClient(error) : brokenClient(error);
  }
}

/** Structurally, constructors of these names are all that can be checked; the version is asked for in the peer dependencies. */
function isModule(found: unknown): found is RedisModule {
  if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return false;
  return 'Redis' in found && typeof found.Redis === 'function' && 'Cluster' in found;
}

function defaultOf(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
