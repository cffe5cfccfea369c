import { type ByteSize, parseByteSize } from '../kernel/byte-size.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import { type Partially, Problems } from '../kernel/problems.js';

/** How a snapshot file is read. */
export interface RestoreSnapshotOptions {
  /** The 32 bytes that the file was encrypted with; a file that is not encrypted is then refused. None by default. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** What your values look like, such as `'v3'`: a file of another schema is refused. None by default. */
  readonly schema?: string | undefined;
  /** The bytes that one entry may take, so that nobody can fill your memory by a small file; `'32mb'` by default. */
  readonly maxEntryBytes?: ByteSize | undefined;
}

/** How a snapshot file is written. */
export interface SaveSnapshotOptions extends RestoreSnapshotOptions {
  /** 32 random bytes: what is in the file is encrypted with AES-256-GCM, and nobody without them can read or change it. None by default. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** Whether it is compressed: smaller by half or more, and several times slower; `false` by default. */
  readonly gzip?: boolean | undefined;
  /** What your values look like, such as `'v3'`; to be the same when the file is restored. None by default. */
  readonly schema?: string | undefined;
  /** The bytes that one entry may take; a larger one fails the snapshot. `'32mb'` by default. */
  readonly maxEntryBytes?: ByteSize | undefined;
}

/** Where a cache keeps what it had in memory from one process to the next, and how. */
export interface WarmStartOptions extends SaveSnapshotOptions {
  /** The path of the file, of this cache and this process alone. It is written when the cache is closed, and taken away when it is read. */
  readonly file: string;
  /** A file that is older is not used; `'1d'` by default. */
  readonly maxAge?: Duration | undefined;
}

/** The options of a file, checked and filled in. */
export interface FileOptions {
  readonly encryptionKey: Uint8Array | undefined;
  readonly schema: string | undefined;
  readonly maxEntryBytes: number;
  readonly gzip: boolean;
}

/** The options of a warm start, checked and filled in. */
export interface ResolvedWarmStart extends FileOptions {
  readonly file: string;
  readonly maxAgeMs: number;
}

const KEY_BYTES = 32;
/** What Node can keep in one piece. */
const MOST_ENTRY_BYTES = 2 ** 31 - 2 ** 20;
const RESTORING = ['encryptionKey', 'schema', 'maxEntryBytes'];
const SAVING = [...RESTORING, 'gzip'];
const WARM = [...SAVING, 'file', 'maxAge'];

/** @throws CacheError `bad_option` naming everything that is wrong. */
export function resolveSaving(options: SaveSnapshotOptions): FileOptions {
  return resolve(options, SAVING, '');
}

/** @throws CacheError `bad_option` naming everything that is wrong. */
export function resolveRestoring(options: RestoreSnapshotOptions): FileOptions {
  return resolve(options, RESTORING, '');
}

/** @throws CacheError `bad_option` naming everything that is wrong. */
export function resolveWarmStart(options: WarmStartOptions): ResolvedWarmStart {
  if (typeof options !== 'object' || options === null)
    throw badOption('warmStart', "an object such as { file: 'cache.warm' }", options);
  const problems = new Problems();
  const file = problems.check(() => parseFile('warmStart.file', options.file));
  const maxAgeMs = problems.check(() => parseDuration('warmStart.maxAge', options.maxAge ?? '1d'));
  const built = problems.check(() => resolve(options, WARM, 'warmStart.'));
  return problems.settle<ResolvedWarmStart>({ ...(built ?? resolveSaving({})), file, maxAgeMs });
}

/** @throws CacheError `bad_option` where it is no path. */
export function parseFile(option: string, file: string): string {
  if (typeof file === 'string' && file !== '' && !file.includes('\0')) return file;
  throw badOption(option, 'the path of a file', file);
}

function resolve(options: SaveSnapshotOptions, known: readonly string[], prefix: string): FileOptions {
  if (typeof options !== 'object' || options === null)
    throw badOption('options', 'an object such as { gzip: true }', options);
  const problems = new Problems();
  problems.checkNames(options, known, prefix);
  const { encryptionKey, schema, gzip = false, maxEntryBytes = '32mb' } = options;
  problems.check(() => assertKey(`${prefix}encryptionKey`, encryptionKey));
  problems.check(() => assertSchema(`${prefix}schema`, schema));
  problems.check(() => assertFlag(`${prefix}gzip`, gzip));
  const built: Partially<FileOptions> = {
    encryptionKey,
    schema,
    gzip,
    maxEntryBytes: problems.check(() =>
      Math.min(parseByteSize(`${prefix}maxEntryBytes`, maxEntryBytes), MOST_ENTRY_BYTES),
    ),
  };
  return problems.settle<FileOptions>(built);
}

/** What is wrong with a key is said without the key. */
function assertKey(option: string, key: Uint8Array | undefined): void {
  if (key === undefined) return;
  if (!(key instanceof Uint8Array)) throw badOption(option, `${KEY_BYTES} bytes`, typeof key);
  if (key.length !== KEY_BYTES) throw badOption(option, `${KEY_BYTES} bytes`, `${key.length} bytes`);
}

function assertSchema(option: string, schema: string | undefined): void {
  if (schema === undefined || (typeof schema === 'string' && schema !== '')) return;
  throw badOption(option, 'a non-empty string', schema);
}

function assertFlag(option: string, flag: boolean): void {
  if (typeof flag !== 'boolean') throw badOption(option, 'true or false', flag);
}
