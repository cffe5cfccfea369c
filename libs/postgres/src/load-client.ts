import { codeOf, type PostgresClient } from './client.js';
import { brokenClient, missingClient } from './errors.js';

/**
 * Loads `pg` when it is first needed.
 * @throws CacheError `missing_peer` where it is not installed, or is something else.
 */
export async function loadClient(load: () => Promise<unknown> = () => import('pg')): Promise<PostgresClient> {
  const loaded = await importWith(load);
  const client = [loaded, defaultOf(loaded)].find(isClient);
  if (client === undefined) throw brokenClient(new TypeError('it exports no Pool'));
  return client;
}

async function importWith(load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    throw codeOf(error).endsWith('MODULE_NOT_FOUND') ? missingClient(error) : brokenClient(error);
  }
}

/** Structurally, a constructor of that name is all that can be checked; the version is asked for in the peer dependencies. */
function isClient(found: unknown): found is PostgresClient {
  return typeof found === 'object' && found !== null && 'Pool' in found && typeof found.Pool === 'function';
}

function defaultOf(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
}
