import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const LOADER = '@swc-node/register/esm-register';
/** One in so many is killed while it starts, and recovers what the last one left. */
const STARTS_KILLED = 5;
const LONGEST_START_MS = 1200;
const SHORTEST_LIFE_MS = 20;
const LONGEST_LIFE_MS = 400;

/** A program of this folder, and what it is told. */
export interface Program {
  readonly script: './writer.ts' | './restorer.ts';
  /** Survives JSON. */
  readonly orders: unknown;
}

/**
 * Starts a program and kills it at a random moment; answers when it is dead and every line that it has said is heard. It says `ready` first, on its
 * fourth stream.
 */
export async function liveAndDie(
  { script, orders }: Program,
  random: { next(): number },
  hear: (line: string) => void,
): Promise<void> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', LOADER, path, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    // Spelt out, since jest has an environment of its own.
    env: process.env,
  });
  const killIn = (ms: number): unknown => setTimeout(() => child.kill('SIGKILL'), ms);
  const dies = once(child, 'exit');
  const diesYoung = random.next() * STARTS_KILLED < 1;
  if (diesYoung) killIn(random.next() * LONGEST_START_MS);
  // The fourth of `stdio`, which is a pipe from the child.
  for await (const line of createInterface(child.stdio[3] as Readable)) {
    if (line === 'ready') {
      if (!diesYoung) killIn(SHORTEST_LIFE_MS + random.next() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
      continue;
    }
    hear(line);
  }
  const [code, signal] = await dies;
  if (signal !== 'SIGKILL') throw new Error(`${script} ended by itself, with ${String(code ?? signal)}`);
}
