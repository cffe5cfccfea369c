import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel, Worker } from 'node:worker_threads';
import { type Bus, broadcastBus } from 'nuthatch/engine';
import { busContract } from 'nuthatch/testing';
import { listenTo } from './bus-log.js';

let names = 0;
busContract({ name: 'broadcast', open: async () => broadcastBus({ name: `contract ${(names += 1)}` }) });

describe('the bus of threads', () => {
  const open: Bus[] = [];
  afterEach(async () => {
    for (const bus of open.splice(0)) await bus.close();
  });

  async function until(what: () => boolean): Promise<void> {
    for (let left = 2000; !what(); left -= 1) {
      if (left === 0) throw new Error(`never: ${what}`);
      await sleep(5);
    }
  }

  it('reaches other threads, and is no reason for one to live on', async () => {
    const { bus, log } = listenTo(broadcastBus({ name: 'threads' }));
    open.push(bus);
    await bus.open();
    const execArgv = ['--import', '@swc-node/register/esm-register'];
    const threads = [1, 2].map(
      () => new Worker(join(import.meta.dirname, 'thread-child.ts'), { execArgv, env: process.env }),
    );
    await Promise.all(threads.map((thread) => once(thread, 'message')));
    await bus.publish([{ kind: 'changed', keys: [['from the main thread', 1]] }]);
    const [first, second] = threads;
    first?.postMessage('from a thread');
    await until(() => log.heard.length === 1);
    second?.postMessage('from another');
    const [heard] = (await once(second ?? process, 'message')) as [typeof log];
    expect(heard.heard).toEqual([
      { kind: 'changed', keys: [['from the main thread', 1]] },
      { kind: 'released', keys: ['from a thread'] },
    ]);
    expect(heard.proofs).toEqual([Infinity]);
    const ends = threads.map((thread) => once(thread, 'exit'));
    for (const thread of threads) thread.postMessage('close');
    await Promise.all(ends);
  }, 60_000);

  it('does not apply what is no message, says so once a second, and counts it as missed', async () => {
    const { bus, log } = listenTo(broadcastBus({ name: 'foreign' }));
    open.push(bus);
    await bus.open();
    const stranger = new BroadcastChannel('foreign:owls');
    for (const junk of ['junk', [{ kind: 'told' }], [{ kind: 'released', keys: [1] }]])
      stranger.postMessage(junk);
    await until(() => log.misses.length === 3);
    stranger.close();
    expect([log.heard.length, log.failures.length]).toEqual([0, 1]);
  });

  it('sends nothing once it is closed', async () => {
    const { bus } = listenTo(broadcastBus());
    await expect(bus.publish([])).rejects.toMatchObject({ code: 'closed' });
  });
});
