import type { WriteOptions } from '../kernel/life.js';
import type { Command, Draft } from './command.js';

/** Sets a value; undoing brings back what was there, with the expiry and the tags that it had. */
export class SetCommand<V> implements Command<V> {
  readonly name = 'set';
  readonly keys: readonly string[];

  constructor(
    readonly key: string,
    readonly value: V,
    readonly options?: WriteOptions,
  ) {
    this.keys = [key];
  }

  edit(draft: Draft<V>): void {
    draft.set(this.key, this.value, this.options);
  }
}

/** Deletes a key; undoing brings back what was there, with the expiry and the tags that it had. */
export class DeleteCommand<V> implements Command<V> {
  readonly name = 'delete';
  readonly keys: readonly string[];

  constructor(readonly key: string) {
    this.keys = [key];
  }

  edit(draft: Draft<V>): void {
    draft.delete(this.key);
  }
}

/** Several commands as one step: one batch of the write policy, undone all together or not at all. Each sees what those before it did. */
export class BatchCommand<V> implements Command<V> {
  readonly name: string;
  readonly keys: readonly string[];
  readonly commands: readonly Command<V>[];

  /** @param name shown in events and in `history$`. */
  constructor(commands: Iterable<Command<V>>, name = 'batch') {
    this.name = name;
    this.commands = [...commands];
    this.keys = [...new Set(this.commands.flatMap(({ keys }) => keys))];
  }

  edit(draft: Draft<V>): void {
    for (const command of this.commands) command.edit(draft);
  }
}

/**
 * Removes every entry, as `cache.clear()` does; undoing brings them back, with the expiry and the tags that they had. With a store of the
 * role `'record'` memory forgets, and reads its rows again, whether it is undone or not.
 *
 * Running it flushes first, reads every row of a store of the role `'cache'`, and is refused (`not_undoable`, nothing is cleared) where
 * the entries are more than `historyBytes`.
 */
export class ClearCommand {
  readonly name = 'clear';
}
