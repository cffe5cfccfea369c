import { BehaviorSubject, type Observable } from 'rxjs';
import type { Fact } from '../events/cache-event.js';
import { CacheError } from '../kernel/errors.js';
import type { Command } from './command.js';
import type { ClearCommand } from './commands.js';
import type { Step } from './step.js';
import { Stepping, type SteppingParts } from './stepping.js';
import { Steps } from './steps.js';

/** A command in the history: its name, and the keys that it changed. */
export type HistoryStep = Pick<Step, 'name' | 'keys'>;

/** What can be undone and redone now, the next one last. */
export interface HistoryState {
  readonly undoable: readonly HistoryStep[];
  readonly redoable: readonly HistoryStep[];
}

/** What a history is made of. */
export interface HistoryParts<V> extends SteppingParts<V> {
  readonly emit: (fact: Fact) => void;
  /** How many commands can be undone; older ones are forgotten. */
  readonly limit: number;
}

/** Runs commands one after the other and remembers how to take them back. */
export class History<V> {
  readonly #emit: (fact: Fact) => void;
  readonly #stepping: Stepping<V>;
  readonly #steps: Steps;
  readonly #state = new BehaviorSubject<HistoryState>({ undoable: [], redoable: [] });
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: HistoryParts<V>) {
    this.#emit = parts.emit;
    this.#stepping = new Stepping(parts);
    this.#steps = new Steps(parts);
  }

  /** What can be undone and redone, now and after every change. */
  get state$(): Observable<HistoryState> {
    return this.#state.asObservable();
  }

  /** Runs a command; what had been undone can no longer be redone. */
  run(command: Command<V> | ClearCommand): Promise<void> {
    return this.#inTurn(async () => {
      const step = await this.#stepping.run(command);
      this.#steps.done(step);
      this.#changed('command_executed', step);
    });
  }

  /** Takes the last command back; answers whether there was one. */
  undo(): Promise<boolean> {
    return this.#inTurn(async () => {
      const step = this.#steps.undoable.at(-1);
      if (step === undefined) return false;
      this.#steps.undone(step, await this.#tried(step));
      this.#changed('command_undone', step);
      return true;
    });
  }

  /** Does again what was undone last; answers whether there was something. */
  redo(): Promise<boolean> {
    return this.#inTurn(async () => {
      const step = this.#steps.redoable.at(-1);
      if (step === undefined) return false;
      this.#steps.redone(step, await this.#tried(step));
      this.#changed('command_redone', step);
      return true;
    });
  }

  clear(): void {
    this.#steps.clear();
    this.#show();
  }

  complete(): void {
    this.#state.complete();
  }

  /** What somebody else has overwritten can never be taken back: it must not stand in the way of earlier commands. */
  async #tried(step: Step): Promise<Step> {
    try {
      return await step.run();
    } catch (error) {
      if (isConflict(error)) {
        this.#steps.discard(step);
        this.#show();
      }
      throw error;
    }
  }

  #changed(type: 'command_executed' | 'command_undone' | 'command_redone', { name, keys }: Step): void {
    this.#show();
    this.#emit({ type, command: name, keys });
  }

  #show(): void {
    const { undoable, redoable } = this.#steps;
    this.#state.next({ undoable: undoable.map(shown), redoable: redoable.map(shown) });
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

function shown({ name, keys }: Step): HistoryStep {
  return { name, keys };
}
