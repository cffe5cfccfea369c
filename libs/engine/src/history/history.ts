import { BehaviorSubject, type Observable } from 'rxjs';
import type { Fact } from '../events/cache-event.js';
import type { Entries } from '../kernel/entries.js';
import { CacheError } from '../kernel/errors.js';
import type { Fencing } from '../kernel/fencing.js';
import type { Command } from './command.js';
import { Lineages } from './lineages.js';

/** What can be undone and redone now: names and keys of the commands, the next one last. */
export interface HistoryState {
  readonly undoable: readonly Pick<Command<never>, 'name' | 'key'>[];
  readonly redoable: readonly Pick<Command<never>, 'name' | 'key'>[];
}

/** What a history is made of. */
export interface HistoryParts<V> {
  readonly entries: Entries<V>;
  readonly fencing: Fencing;
  readonly emit: (fact: Fact) => void;
  /** How many commands can be undone; older ones are forgotten. */
  readonly limit: number;
}

/** Runs commands one after the other and remembers how to take them back. */
export class History<V> {
  readonly #parts: HistoryParts<V>;
  readonly #lineages: Lineages;
  readonly #undos: Command<V>[] = [];
  readonly #redos: Command<V>[] = [];
  readonly #state = new BehaviorSubject<HistoryState>({ undoable: [], redoable: [] });
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: HistoryParts<V>) {
    this.#parts = parts;
    this.#lineages = new Lineages(parts.fencing);
  }

  /** What can be undone and redone, now and after every change. */
  get state$(): Observable<HistoryState> {
    return this.#state.asObservable();
  }

  /** Runs a command; what had been undone can no longer be redone. */
  run(command: Command<V>): Promise<void> {
    return this.#inTurn(async () => {
      this.#undos.push(await this.#execute(command));
      this.#redos.length = 0;
      if (this.#undos.length > this.#parts.limit) this.#undos.shift();
      this.#changed({ type: 'command_executed', command: command.name, key: command.key });
    });
  }

  /** Takes the last command back; answers whether there was one. */
  undo(): Promise<boolean> {
    return this.#inTurn(() => this.#move(this.#undos, this.#redos, 'command_undone'));
  }

  /** Does again what was undone last; answers whether there was something. */
  redo(): Promise<boolean> {
    return this.#inTurn(() => this.#move(this.#redos, this.#undos, 'command_redone'));
  }

  clear(): void {
    this.#undos.length = 0;
    this.#redos.length = 0;
    this.#lineages.keepOnly(new Set());
    this.#state.next({ undoable: [], redoable: [] });
  }

  complete(): void {
    this.#state.complete();
  }

  async #move(
    from: Command<V>[],
    to: Command<V>[],
    type: 'command_undone' | 'command_redone',
  ): Promise<boolean> {
    const command = from.at(-1);
    if (command === undefined) return false;
    try {
      to.push(await this.#execute(command));
    } catch (error) {
      if (isConflict(error)) this.#forgetLast(from);
      throw error;
    }
    from.pop();
    this.#changed({ type, command: command.name, key: command.key });
    return true;
  }

  /** What somebody else has overwritten can never be taken back: it must not stand in the way of earlier commands. */
  #forgetLast(from: Command<V>[]): void {
    from.pop();
    this.#show();
  }

  #execute(command: Command<V>): Promise<Command<V>> {
    return command.run({ entries: this.#parts.entries, lineages: this.#lineages });
  }

  #changed(fact: Fact): void {
    this.#show();
    this.#parts.emit(fact);
  }

  #show(): void {
    this.#lineages.keepOnly(new Set([...this.#undos, ...this.#redos].map(({ key }) => key)));
    this.#state.next({ undoable: this.#undos.map(shown), redoable: this.#redos.map(shown) });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task, task);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'undo_conflict';
}

function shown({ name, key }: Pick<Command<never>, 'name' | 'key'>): Pick<Command<never>, 'name' | 'key'> {
  return { name, key };
}
