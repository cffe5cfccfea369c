import type { Change, ClearWitness, Entries } from '../kernel/entries.js';
import type { EntryState } from '../kernel/entry.js';
import { notUndoable, undoConflict } from '../kernel/errors.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Command } from './command.js';
import type { ClearCommand } from './commands.js';
import { edited } from './draft.js';
import { type Lineage, Lineages } from './lineages.js';
import type { Step } from './step.js';

/** What steps are made with. */
export interface SteppingParts<V> {
  readonly entries: Entries<V>;
  readonly fencing: Fencing;
  /** Removes every entry. */
  readonly clear: (witness: ClearWitness<V>) => Promise<void>;
  /** Estimates the bytes of an entry. */
  readonly weigh: (value: unknown, key: string) => number;
  /** How many bytes all steps may keep. */
  readonly maxBytes: number;
}

/** What was under a key before a change, and in whose hands the key was. */
interface Former<V> {
  readonly state: EntryState<V> | undefined;
  readonly lineage: Lineage;
}

type Formers<V> = ReadonlyMap<string, Former<V>>;

/** Runs commands, and makes the steps that take them back: each puts back what was there, unless somebody else has changed it since. */
export class Stepping<V> {
  readonly #parts: SteppingParts<V>;
  readonly #lineages: Lineages;

  constructor(parts: SteppingParts<V>) {
    this.#parts = parts;
    this.#lineages = new Lineages(parts.fencing);
  }

  run(command: Command<V> | ClearCommand): Promise<Step> {
    return 'edit' in command ? this.#edit(command) : this.#clear(command);
  }

  #edit(command: Command<V>): Promise<Step> {
    const { entries } = this.#parts;
    return this.#exchange(command, (current) => edited(command, { entries, current }));
  }

  async #clear({ name }: ClearCommand): Promise<Step> {
    const { clear, weigh, maxBytes } = this.#parts;
    const states = new Map<string, EntryState<V>>();
    const formers = new Map<string, Former<V>>();
    let bytes = 0;
    await clear({
      going: (key, state) => {
        bytes += weigh(state.value, key);
        if (bytes > maxBytes) throw notUndoable(name, maxBytes);
        states.set(key, state);
      },
      around: (change) => {
        for (const [key, state] of states) formers.set(key, { state, lineage: this.#lineages.enter(key) });
        this.#lineages.survive(change);
      },
    });
    return this.#stepBack(name, formers);
  }

  #putBack(name: string, formers: Formers<V>): Promise<Step> {
    return this.#exchange({ name, keys: [...formers.keys()] }, () =>
      Array.from(formers, ([key, { state, lineage }]) => {
        if (!this.#lineages.isIn(key, lineage)) throw undoConflict(key);
        return [key, state];
      }),
    );
  }

  /** Makes the change and answers the step that takes it back. */
  async #exchange(
    { name, keys }: Pick<Command<V>, 'name' | 'keys'>,
    decide: (current: ReadonlyMap<string, EntryState<V>>) => readonly Change<V>[],
  ): Promise<Step> {
    const formers = new Map<string, Former<V>>();
    try {
      await this.#parts.entries.exchange(keys, {
        decide: (current) => {
          const changes = decide(current);
          for (const [key] of changes)
            formers.set(key, { state: current.get(key), lineage: this.#lineages.enter(key) });
          return changes;
        },
        settled: () => this.#lineages.renew(formers.keys()),
      });
    } catch (error) {
      this.#lineages.leave(formers.keys());
      throw error;
    }
    return this.#stepBack(name, formers);
  }

  #stepBack(name: string, formers: Formers<V>): Step {
    const keys = [...formers.keys()];
    return {
      name,
      keys,
      bytes: this.#bytesOf(formers),
      run: () => this.#putBack(name, formers),
      forget: () => this.#lineages.leave(keys),
    };
  }

  #bytesOf(formers: Formers<V>): number {
    let bytes = 0;
    for (const [key, { state }] of formers) bytes += this.#parts.weigh(state?.value, key);
    return bytes;
  }
}
