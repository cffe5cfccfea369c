import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AppOrders } from './app.js';
import type { Ask, Said } from './child.js';
import type { Verbs } from './verbs.js';

const LOADER = '@swc-node/register/esm-register';

type Answer = Extract<Said, { readonly kind: 'answer' }>;

/** One process of the application, as the test sees it. */
export class AppProcess {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #number = 0;
  /** Called when its loader is asked. */
  loading: () => void = () => undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (said: Said) => this.#hear(said));
    child.on('exit', () => this.#ended());
  }

  /** Resolves when an application can be opened in it. */
  static async start(): Promise<AppProcess> {
    const child = fork(join(import.meta.dirname, 'child.ts'), [], {
      execArgv: ['--enable-source-maps', '--import', LOADER],
      serialization: 'advanced',
      // Spelt out, since jest has an environment of its own.
      env: process.env,
    });
    const opened = new AppProcess(child);
    const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if ((first as Said | undefined)?.kind !== 'ready') throw new Error('a process did not start');
    return opened;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the application in it, in the place of the one before. */
  async open(orders: AppOrders): Promise<void> {
    await this.#ask('open', [orders]);
  }

  /** Rejects where the verb does, and where the process ends before it has answered. */
  async ask<K extends keyof Verbs>(
    verb: K,
    ...args: Parameters<Verbs[K]>
  ): Promise<Awaited<ReturnType<Verbs[K]>>> {
    // It is what this verb has answered.
    return (await this.#ask(verb, args)) as Awaited<ReturnType<Verbs[K]>>;
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  async #ask(verb: Ask['verb'], args: readonly unknown[]): Promise<unknown> {
    const number = (this.#number += 1);
    const answered = new Promise<Answer>((resolve) => this.#asked.set(number, resolve));
    const ask: Ask = { number, verb, args };
    this.#child.send(ask);
    const { value, error } = await answered;
    if (error !== undefined) throw new Error(`${verb}: ${error}`);
    return value;
  }

  #hear(said: Said): void {
    if (said.kind === 'loading') this.loading();
    if (said.kind !== 'answer') return;
    this.#asked.get(said.number)?.(said);
    this.#asked.delete(said.number);
  }

  #ended(): void {
    for (const [number, answer] of this.#asked)
      answer({ kind: 'answer', number, error: 'the process has ended' });
    this.#asked.clear();
  }
}
