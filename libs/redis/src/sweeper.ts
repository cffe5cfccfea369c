import type { TierContext } from 'nuthatch/engine';
import { Chance } from './chance.js';
import type { Commands } from './commands.js';
import { pagesOf } from './pages.js';
import { ScriptGatherer } from './script-gatherer.js';
import { scripts } from './scripts.js';

/** Empties a cache in the background. What was deleted stays known as deleted for a while, so that no load of before brings it back. */
export class Sweeper {
  readonly #commands: Commands;
  readonly #pattern: string;
  readonly #failed: TierContext['failed'];
  readonly #emptying: ScriptGatherer;
  readonly #chance = new Chance();
  #isSweeping = false;
  #isAskedAgain = false;
  #isEnded = false;

  constructor(commands: Commands, pattern: string, { failed }: Pick<TierContext, 'failed'>) {
    this.#commands = commands;
    this.#emptying = new ScriptGatherer(commands, 'clear', scripts.EMPTY);
    this.#pattern = pattern;
    this.#failed = failed;
  }

  /** Begins, or begins anew after the one that is under way. */
  sweep(): void {
    this.#isEnded = false;
    this.#isAskedAgain = true;
    if (!this.#isSweeping) void this.#run();
  }

  /** Stops after what is under way. */
  end(): void {
    this.#isEnded = true;
  }

  async #run(): Promise<void> {
    this.#isSweeping = true;
    try {
      while (this.#isAskedAgain && !this.#isEnded) {
        this.#isAskedAgain = false;
        await this.#pass();
      }
    } catch (error) {
      if (!this.#isEnded) this.#failed('clear', error);
    } finally {
      this.#isSweeping = false;
    }
  }

  async #pass(): Promise<void> {
    for await (const { keys } of pagesOf(this.#commands, this.#pattern)) {
      if (this.#isEnded) return;
      const calls = keys.map((key) => ({ key, args: [this.#chance.next()] }));
      await this.#emptying.all(calls);
    }
  }
}
