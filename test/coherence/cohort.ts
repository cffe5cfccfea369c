import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Found, now, type Orders, type Said, type Told } from './protocol.js';

const LOADER = '@swc-node/register/esm-register';
const PROGRAM = fileURLToPath(new URL('./process-main.ts', import.meta.url));
/** How long a process may take to answer on a machine that has other work to do. */
const ANSWER_MS = 90_000;
const GOODBYE_MS = 5000;
const EVENTS_KEPT = 14;

/** Told of what the processes say. */
export type Listener = (said: Said, from: Runner) => void;

type Task =
  | { readonly kind: 'rest' }
  | { readonly kind: 'mark'; readonly keys: readonly string[] }
  | { readonly kind: 'look'; readonly how: 'get' | 'load'; readonly keys: readonly string[] };

/** One process with a cache, as its parent sees it. */
export class Runner {
  readonly at: number;
  readonly #child: ChildProcess;
  readonly #listener: Listener;
  readonly #waiting = new Map<number, (versions: readonly Found[]) => void>();
  readonly #events: string[] = [];
  #ids = 0;
  #isLinked = true;
  #isEnding = false;

  private constructor(orders: Orders, listener: Listener) {
    this.at = orders.at;
    this.#listener = listener;
    this.#child = fork(PROGRAM, [JSON.stringify(orders)], {
      execArgv: ['--import', LOADER],
      // Spelt out, since jest has an environment of its own.
      env: process.env,
    });
    this.#child.on('message', (said) => this.#heard(said as Said));
    this.#child.on('exit', (code, signal) => this.#ended(code ?? signal));
  }

  static async start(orders: Orders, listener: Listener): Promise<Runner> {
    const ready = new Promise<Runner>((resolve, reject) => {
      const runner: Runner = new Runner(orders, (said, from) => {
        if (said.kind === 'ready') return resolve(from);
        if (said.kind === 'failed') reject(new Error(`process ${orders.at}: ${said.reason}`));
        listener(said, from);
      });
      runner.#child.on('error', reject);
    });
    return inTime(ready, `process ${orders.at} does not start`);
  }

  get isLinked(): boolean {
    return this.#isLinked;
  }

  /** What has happened to its link, the newest last. */
  get events(): readonly string[] {
    return this.#events;
  }

  tell(told: Told): void {
    // One that has gone is noticed by its exit.
    this.#child.send(told, () => undefined);
  }

  /** Resolves when the process has done it. */
  do(task: Task): Promise<readonly Found[]> {
    const id = ++this.#ids;
    const done = new Promise<readonly Found[]>((resolve) => this.#waiting.set(id, resolve));
    this.tell({ ...task, id });
    return inTime(done, `process ${this.at} does not ${task.kind}`);
  }

  /** Stops the process in its tracks. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.resume();
    this.tell({ kind: 'end' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GOODBYE_MS);
    await exit;
    clearTimeout(timer);
  }

  #heard(said: Said): void {
    if (said.kind === 'done') return this.#waiting.get(said.id)?.(said.versions);
    if (said.kind === 'event') {
      this.#isLinked = said.isLinked;
      this.#events.push(`${said.at.toFixed(0)} ${said.line}`);
      if (this.#events.length > EVENTS_KEPT) this.#events.shift();
    }
    this.#listener(said, this);
  }

  #ended(how: unknown): void {
    if (this.#isEnding) return;
    const reason = `it ended by itself, with ${String(how)}`;
    this.#listener({ kind: 'failed', at: now(), how: 'live', reason }, this);
  }
}

async function inTime<T>(asked: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
