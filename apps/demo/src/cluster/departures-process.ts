import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Flight } from '../flights/flight.js';
import { GateDisplay } from './gate-display.js';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

/** A process of the service, as its clients know it: by HTTP. */
export class DeparturesProcess {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    readonly url: string,
  ) {}

  /** Starts one on a free port; resolves when it answers. */
  static async start(settings: Readonly<Record<string, string>>): Promise<DeparturesProcess> {
    const env = { ...process.env, ...settings, PORT: '0' };
    const child = spawn(process.execPath, [...process.execArgv, MAIN], { env });
    child.stderr.pipe(process.stderr);
    const url = await addressIn(child);
    if (url === undefined) throw new Error('a process of the service ended before it answered');
    return new DeparturesProcess(child, url);
  }

  /** The process of the system. */
  get pid(): number {
    return this.child.pid ?? NaN;
  }

  async assignGate(id: string, gate: string): Promise<Flight> {
    const body = new URLSearchParams({ gate });
    return this.ask(`/flights/${id}/gate`, { method: 'PUT', body });
  }

  async get<T>(path: string): Promise<T> {
    return this.ask(path, {});
  }

  /** The display at a gate: told of every change. */
  follow(id: string): Promise<GateDisplay> {
    return GateDisplay.open(`${this.url}/flights/${id}/live`);
  }

  /** What a cache has counted, by the name of the metric behind `nuthatch_`. */
  async count(metric: string, cache: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = new RegExp(`^nuthatch_${metric}\\{cache="${cache}"\\} (.+)$`, 'm').exec(text);
    if (line === null) throw new Error(`there is no metric ${metric} of ${cache}`);
    return Number(line[1]);
  }

  /** Stops it in good order. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(this.url + path, init);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    // What a route answers, its caller knows.
    return (await response.json()) as T;
  }
}

/** The address that a process says it is at; nothing where it ends before that. Its log may come first. */
function addressIn({ stdout }: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const hear = (text: string): void => {
      said += text;
      const url = /on (http:\/\/localhost:\d+),/.exec(said)?.[1];
      if (url === undefined) return;
      stdout.off('data', hear).resume();
      resolve(url);
    };
    stdout.setEncoding('utf8').on('data', hear);
    stdout.once('close', () => resolve(undefined));
  });
}
