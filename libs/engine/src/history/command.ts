import type { Entries } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { undoConflict } from '../kernel/errors.js';
import type { WriteOptions } from '../kernel/life.js';
import type { Lineage, Lineages } from './lineages.js';

/** What a command may work with. */
export interface CommandContext<V> {
  readonly entries: Entries<V>;
  readonly lineages: Lineages;
}

/** A change that can be undone: running it answers its inverse, so undo and redo are the same move. */
export interface Command<V> {
  /** Shown in events. */
  readonly name: string;
  readonly key: string;
  run(context: CommandContext<V>): Promise<Command<V>>;
}

/** Sets a value; undoing brings back what was there, with the expiry and the tags that it had. */
export class SetCommand<V> implements Command<V> {
  readonly name = 'set';

  constructor(
    readonly key: string,
    readonly value: V,
    readonly options?: WriteOptions,
  ) {}

  run({ entries, lineages }: CommandContext<V>): Promise<Command<V>> {
    const next = entries.prepare(this.value, this.options);
    return change(this, { entries, lineages }, () => next);
  }
}

/** Deletes a key; undoing brings back what was there, with the expiry and the tags that it had. */
export class DeleteCommand<V> implements Command<V> {
  readonly name = 'delete';

  constructor(readonly key: string) {}

  run(context: CommandContext<V>): Promise<Command<V>> {
    return change(this, context, () => undefined);
  }
}

/** Puts back what was there before another command, unless somebody else has changed it since. */
class PutBack<V> implements Command<V> {
  constructor(
    readonly name: string,
    readonly key: string,
    readonly former: { readonly state: EntryState<V> | undefined; readonly lineage: Lineage },
  ) {}

  run(context: CommandContext<V>): Promise<Command<V>> {
    const { state, lineage } = this.former;
    return change(this, context, () => {
      if (context.lineages.current(this.key) !== lineage) throw undoConflict(this.key);
      return state;
    });
  }
}

/** Makes the change and answers the command that takes it back. */
async function change<V>(
  { name, key }: Command<V>,
  { entries, lineages }: CommandContext<V>,
  decide: () => EntryState<V> | undefined,
): Promise<Command<V>> {
  let former: EntryState<V> | undefined;
  let lineage: Lineage | undefined;
  await entries.exchange(key, {
    decide: (current) => {
      former = current;
      lineage = lineages.current(key);
      return decide();
    },
    settled: () => lineages.renew(key),
  });
  return new PutBack(name, key, { state: former, lineage: lineage ?? lineages.current(key) });
}
