/** What went wrong, to switch on: `if (error instanceof CacheError && error.code === 'bad_key') ...` */
export type CacheErrorCode =
  /** An option has a value that it cannot have. */
  | 'bad_option'
  /** A key is not a non-empty string, or cannot be built from what was given. */
  | 'bad_key'
  /** A value that the codec cannot store, or that was stored in a form it cannot read. */
  | 'bad_value'
  /** A pattern of keys that cannot be read. */
  | 'bad_pattern'
  /** A dependency between keys that would close a cycle, or one too many. */
  | 'bad_dependency'
  /** A rule of invalidation that cannot be read, or is not told what it asks for. */
  | 'bad_rule'
  /** A name that is in no register, such as an eviction strategy that does not exist. */
  | 'unknown_name'
  /** No loader is registered that fits a key. */
  | 'no_loader'
  /** A loader answered something that it must not. */
  | 'bad_load'
  /** The backing store refused or failed. */
  | 'store_failed'
  /** The backing store has not answered in time; nobody knows whether what it was asked is done. */
  | 'store_timeout'
  /** The backing store was not asked, since it has failed too often just before. */
  | 'store_down'
  /** The backing store's file is damaged, or newer than this version. */
  | 'store_unusable'
  /** A package that the chosen part needs is missing, or its version does not fit. */
  | 'missing_peer'
  /** An undo or redo would overwrite what somebody else has written since. */
  | 'undo_conflict'
  /** A command touches keys that it does not name, or cannot decide at once. */
  | 'bad_command'
  /** A command whose undoing would take more memory than `historyBytes`. */
  | 'not_undoable'
  /** A snapshot is damaged, of another version, cannot be restored here, or its file cannot be written. */
  | 'bad_snapshot'
  /** A journal is damaged, of another version or cache, or cannot be written. */
  | 'journal_unusable'
  /** There is no room for another pending write, and `overflow` is `'reject'`. */
  | 'too_many_pending'
  /** Dead letters are left, which would be lost: they are to be retried or discarded first. */
  | 'dead_letters_left'
  /** A file of requests that cannot be read, or written. */
  | 'bad_trace'
  /** An event log that cannot be opened, or written. */
  | 'bad_event_log'
  /** A strategy broke its contract, or its books do not balance. */
  | 'broken_strategy'
  /** A decorator is on something that it cannot serve, or is declared twice differently. */
  | 'bad_declaration'
  /** A load took longer than its `hardTimeout`. */
  | 'load_timeout'
  /** As many loads run and wait as may. */
  | 'too_many_loads'
  /** A loader asks for its own key. */
  | 'self_load'
  /** A loader renewed a stale value that is not there. */
  | 'nothing_stale'
  /** A transaction has ended well, and a cache did not take what it had changed; see `CacheTransaction`. */
  | 'apply_failed'
  /** Something that cannot wait for the end of a transaction was asked for inside of one. */
  | 'in_transaction'
  /** A hook sets itself off, over and over. */
  | 'endless_hook'
  /** The cache, or its store, has been closed. */
  | 'closed';
