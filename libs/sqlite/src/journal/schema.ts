/** "Nutj": tells journals from stores, and from the databases of other applications. */
export const APPLICATION_ID = 0x4e75746a;

/** Which format this is; a later one is refused. */
export const FORMAT = 1;

/**
 * A record is a blob with a checksum of its own, which holds everything: what a damaged database makes of other columns, or of text, is
 * nothing to rely on.
 */
export const TABLES: readonly string[] = [
  'CREATE TABLE owner (namespace BLOB NOT NULL)',
  'CREATE TABLE record (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, death BLOB)',
];
