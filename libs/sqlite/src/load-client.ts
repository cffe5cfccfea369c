import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type SqliteClient, codeOf } from './client.js';
import { brokenClient, missingClient, unfitClient } from './errors.js';

/** Where the driver comes from; another one in tests. */
export interface ClientSource {
  /** Imports the package, without running any native code yet. */
  import(): Promise<unknown>;
  /** The version of what was imported, `undefined` where it cannot be told, as in a bundle. */
  versionOf(client: SqliteClient): string | undefined;
  readonly nodeVersion: string;
}

/**
 * Loads better-sqlite3 when it is first needed.
 * @throws CacheError `missing_peer` where it is not installed, or would crash this Node.
 */
export async function loadClient(source: ClientSource = installed): Promise<SqliteClient> {
  const client = clientIn(await importFrom(source));
  const version = source.versionOf(client);
  if (version !== undefined && majorOf(version) >= 13 && majorOf(source.nodeVersion) < 22) {
    throw unfitClient(version, source.nodeVersion);
  }
  return client;
}

/** Its native code is loaded by the first `new`, so there is time to look at the version after the import. */
const installed: ClientSource = {
  import: () => import('better-sqlite3'),
  versionOf: (client) => {
    const main = fileOf(client);
    return main === undefined ? undefined : versionIn(join(dirname(main), '../package.json'));
  },
  nodeVersion: process.versions.node,
};

async function importFrom(source: ClientSource): Promise<unknown> {
  try {
    return await source.import();
  } catch (error) {
    throw codeOf(error).endsWith('MODULE_NOT_FOUND') ? missingClient(error) : brokenClient(error);
  }
}

function clientIn(loaded: unknown): SqliteClient {
  const client =
    typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : loaded;
  // Structurally, a constructor is all that can be checked; the version was asked for in the peer dependencies.
  if (typeof client === 'function') return client as unknown as SqliteClient;
  throw brokenClient(new TypeError(`expected a constructor, got ${typeof client}`));
}

/** The module that exports `client`. Node lists the CommonJS modules of a process in one place, whoever asks. */
function fileOf(client: SqliteClient): string | undefined {
  const loaded = createRequire(process.execPath).cache;
  return Object.keys(loaded).find(
    (file) => file.includes('better-sqlite3') && loaded[file]?.exports === client,
  );
}

function versionIn(manifest: string): string {
  // A package cannot be published without a version.
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
