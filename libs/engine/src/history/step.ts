/** What takes a command back, or does it again: running it answers what reverses it, so undo and redo are the same move. */
export interface Step {
  readonly name: string;
  /** The keys that it changes. */
  readonly keys: readonly string[];
  /** What it keeps in memory, as estimated. */
  readonly bytes: number;
  /** @throws CacheError `undo_conflict` where somebody else has changed one of the keys; nothing is changed then. */
  run(): Promise<Step>;
  /** To be called when it will not be run any more. */
  forget(): void;
}
