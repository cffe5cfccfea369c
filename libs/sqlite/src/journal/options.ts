import type { SqliteClient } from '../client.js';
import { badSqliteOptions, requireOptions, unknownProblems } from '../errors.js';
import { loadClient } from '../load-client.js';

/** What {@link sqliteJournal} may be told. */
export interface SqliteJournalOptions {
  /**
   * Where the journals are kept, made with its folders where there is none; relative to the working directory. Caches of any number and
   * name may share it, and so may processes of one machine. Not on a network file system.
   */
  readonly directory: string;
  /**
   * What happens where a journal that an ended process has left is damaged. `'strict'` by default: opening fails, and nothing is changed. With
   * `'salvage'` every change that can be read is taken, and the files are kept aside as `.corrupt`.
   */
  readonly recover?: Recover;
  /** How the driver is loaded; `import('better-sqlite3')` by default. For bundlers, and for a build of one's own. */
  readonly client?: () => Promise<SqliteClient>;
}

/** What happens where a journal is damaged. */
export type Recover = 'strict' | 'salvage';

/** Options with every value in its place. */
export type ResolvedJournalOptions = Required<SqliteJournalOptions>;

/** The compiler sees to it that none is missing. */
const KNOWN: Readonly<Record<keyof SqliteJournalOptions, true>> = {
  directory: true,
  recover: true,
  client: true,
};

/** @throws CacheError `bad_option`, with everything that is wrong. */
export function resolveJournalOptions(options: SqliteJournalOptions): ResolvedJournalOptions {
  requireOptions('sqliteJournal', options, "{ directory: 'journal' }");
  const { directory, recover = 'strict', client = () => loadClient() } = options;
  const problems = unknownProblems(options, KNOWN);
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0'))
    problems.push('directory must be a path without NUL');
  if (!['strict', 'salvage'].includes(recover))
    problems.push(`recover must be 'strict' or 'salvage', got ${JSON.stringify(recover)}`);
  if (problems.length > 0) throw badSqliteOptions(problems);
  return { directory, recover, client };
}
