import type { Change, Entries } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { badCommand } from '../kernel/errors.js';
import type { Command, Draft } from './command.js';

/** What a draft begins with. */
export interface DraftParts<V> {
  readonly entries: Pick<Entries<V>, 'prepare' | 'handOut'>;
  readonly current: ReadonlyMap<string, EntryState<V>>;
}

/**
 * Lets a command edit what is there; answers what it changed, in order, each key once.
 * @throws CacheError `bad_command` where it touches a key that it does not name, or goes on after it has returned; and what it throws.
 */
export function edited<V>(command: Command<V>, { entries, current }: DraftParts<V>): readonly Change<V>[] {
  const changes = new Map<string, EntryState<V> | undefined>();
  const known = new Set(command.keys);
  let hasEnded = false;
  const checked = (key: string): string => {
    if (hasEnded) throw badCommand(command.name, 'uses its draft after edit has returned');
    if (!known.has(key)) throw badCommand(command.name, `touches a key that is not among its keys: ${key}`);
    return key;
  };
  const found = (key: string): EntryState<V> | undefined =>
    changes.has(checked(key)) ? changes.get(key) : current.get(key);
  const put = (key: string, entry: EntryState<V> | undefined): void => {
    changes.delete(checked(key));
    changes.set(key, entry);
  };
  const draft: Draft<V> = {
    get: (key) => {
      const entry = found(key);
      return entry && entries.handOut(entry.value);
    },
    has: (key) => found(key) !== undefined,
    set: (key, value, options) => put(key, entries.prepare(value, options)),
    delete: (key) => put(key, undefined),
  };
  try {
    assertDone(command, command.edit(draft));
  } finally {
    hasEnded = true;
  }
  return [...changes];
}

/** An async function is a function that returns nothing, as far as the compiler is concerned. */
function assertDone<V>({ name }: Command<V>, result: unknown): void {
  if (typeof result !== 'object' || result === null || !('then' in result)) return;
  // It will stumble over its draft; the caller is told here.
  Promise.resolve(result).catch(() => undefined);
  throw badCommand(name, 'has an edit that is async: fetch what it needs before it is run');
}
