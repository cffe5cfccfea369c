import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BusMessage } from 'nuthatch/engine';
import type { BusLog } from './bus-log.js';

const run = promisify(execFile);

async function cluster(...args: readonly string[]): Promise<unknown> {
  const program = [
    '--import',
    '@swc-node/register/esm-register',
    join(import.meta.dirname, 'cluster-main.ts'),
  ];
  const { stdout } = await run(process.execPath, [...program, ...args], {
    env: process.env,
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

/** The keys that were heard from one sender, in their order. */
function keysOf(log: BusLog | undefined, sender: string): string[] {
  const keys = (log?.heard ?? []).flatMap((message: BusMessage) =>
    message.kind === 'released' ? message.keys : [],
  );
  return keys.filter((key) => key.startsWith(sender));
}

const ofWorker = (id: number): string[] => Array.from({ length: 100 }, (_, at) => `worker ${id} ${at}`);

describe('the bus of worker processes', () => {
  it('reaches every cache of the name but the sender, in order, and proves it', async () => {
    const found = (await cluster()) as { own: BusLog; workers: { logs: BusLog[] }[] };
    const logs = found.workers.flatMap((worker) => worker.logs);
    // Each worker has two caches, of which the first publishes.
    const heard = logs.map((log) => [1, 2].map((id) => keysOf(log, `worker ${id} `)));
    const [one, two] = [ofWorker(1), ofWorker(2)];
    expect(heard).toEqual([
      [[], two],
      [one, two],
      [one, []],
      [one, two],
    ]);
    expect(['worker 1', 'worker 2', 'primary'].map((sender) => keysOf(found.own, sender))).toEqual([
      one,
      two,
      [],
    ]);
    expect(logs.map((log) => keysOf(log, 'primary'))).toEqual(Array(4).fill(['primary']));
    expect(logs.flatMap(({ misses, failures }) => [...misses, ...failures])).toEqual([]);
    expect(Math.min(...logs.map(({ proofs }) => proofs.length))).toBeGreaterThan(2);
  }, 90_000);

  it('does not open where nobody relays', async () => {
    const said = (await cluster('alone')) as { error: string }[][];
    expect(said.map(([first]) => first?.error)).toEqual(
      Array(2).fill(expect.stringMatching(/call relayClusterBus\(\) once in the primary process/)),
    );
  }, 90_000);
});
