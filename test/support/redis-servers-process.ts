import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How long a server may take to answer on a machine that has other work to do. */
const START_MS = 20_000;

/** A Redis server of a test's own, on the loopback. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  #args: readonly string[];
  #child: ChildProcess | undefined;
  #guard: ChildProcess | undefined;
  #isPaused = false;

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#args = args;
  }

  /** Answers nothing where the port is taken. */
  static async start(port: number, args: readonly string[]): Promise<RedisServer | undefined> {
    const server = new RedisServer(port, await mkdtemp(join(tmpdir(), 'nuthatch-redis-')), args);
    try {
      if (await server.#start()) return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
    await server.stop();
    return undefined;
  }

  get url(): string {
    const password = this.#password;
    return `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${this.port}`;
  }

  /** Of the server that runs, or of the last one that did. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`no server was started on port ${this.port}`);
    return pid;
  }

  /** Whether it runs and is not paused. */
  get isAnswering(): boolean {
    return this.#isAlive && !this.#isPaused;
  }

  /** Stops the process in its tracks: connections stay, and nothing answers. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
    this.#isPaused = true;
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
    this.#isPaused = false;
  }

  /** Ends the process without a word, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.#isAlive) return;
    const exit = once(child, 'exit');
    this.#isPaused = false;
    child.kill('SIGKILL');
    await exit;
    this.#guard?.kill('SIGKILL');
  }

  /** Kills the server if it runs, and starts another on the same port and folder. @param args those of before by default. */
  async restart(args: readonly string[] = this.#args): Promise<void> {
    await this.kill();
    this.#args = args;
    const until = Date.now() + START_MS;
    while (!(await this.#start()))
      if (Date.now() > until) throw new Error(`port ${this.port} was taken by somebody else`);
  }

  /** Ends the process, and removes what it has left. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What `redis-cli` answers to a command. */
  async cli(...args: readonly string[]): Promise<string> {
    const password = this.#password;
    const env = { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) };
    const options = { env, timeout: START_MS, maxBuffer: 2 ** 26 };
    const { stdout } = await run('redis-cli', ['-h', '127.0.0.1', '-p', `${this.port}`, ...args], options);
    return stdout.replace(/\r?\n$/, '');
  }

  get #isAlive(): boolean {
    const child = this.#child;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  get #password(): string | undefined {
    const index = this.#args.indexOf('--requirepass');
    return index === -1 ? undefined : this.#args[index + 1];
  }

  /** Answers false where the port is taken. */
  async #start(): Promise<boolean> {
    const fixed = ['--bind', '127.0.0.1', '--port', `${this.port}`, '--dir', this.#folder];
    const logged = ['--logfile', join(this.#folder, 'server.log'), '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...fixed, ...logged, ...this.#args], { stdio: 'ignore' });
    this.#child = child;
    await once(child, 'spawn');
    this.#guard = guardOf(this.pid);
    const until = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (!this.#isAlive) return this.#gaveUp();
      if (Date.now() > until) throw new Error(`Redis does not answer on port ${this.port}`);
      await sleep(20);
    }
    return true;
  }

  /** Whether it is this process that answers, and not another that was faster to take the port. */
  async #answers(): Promise<boolean> {
    if (!this.#isAlive) return false;
    const answer = await this.cli('info', 'server').catch((error: unknown) => String(error));
    return answer.includes(`process_id:${this.pid}\r`) && (await this.cli('ping')) === 'PONG';
  }

  async #gaveUp(): Promise<false> {
    this.#guard?.kill('SIGKILL');
    const log = await readFile(join(this.#folder, 'server.log'), 'utf8').catch(String);
    if (/Address already in use/i.test(log)) return false;
    throw new Error(`Redis does not start with ${this.#args.join(' ')}: ${log.slice(-500)}`);
  }
}

/** Kills a process when this one is gone, however it went: its input then ends. */
function guardOf(pid: number): ChildProcess {
  const script = 'cat > /dev/null; kill -CONT "$1"; kill -KILL "$1"';
  const guard = spawn('sh', ['-c', script, 'guard', `${pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  guard.unref();
  // The pipe breaks when the guard is dismissed.
  guard.stdin.on('error', () => undefined);
  return guard;
}
