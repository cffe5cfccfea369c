import { expect, it } from '@jest/globals';
import { type BusMessage, systemClock } from 'nuthatch/engine';
import { redis } from 'nuthatch/redis';
import { describeWithRedis, startRedis } from '../../../test/support/redis-servers.js';

const row = {
  key: 'owl',
  value: 'old',
  tags: [],
  version: 1024 * 1_700_000_000_000,
  expiresAt: undefined,
  freshUntil: undefined,
} as const;

/** A tier and a bus over a server that takes nothing any more, and has one entry. */
async function openFull() {
  const server = await startRedis();
  const factory = redis({ url: server.url });
  const received: BusMessage[] = [];
  const failures: unknown[] = [];
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const failed = (_operation: string, error: unknown): unknown => failures.push(error);
  const context = { namespace: 'default', clock: systemClock };
  const tier = factory.create({ ...context, suspect: () => undefined, failed });
  const listener = {
    received: (messages: readonly BusMessage[]) => {
      received.push(...messages);
      tell();
    },
    proven: () => undefined,
    missed: (reason: string) => void failures.push(reason),
    failed,
  };
  const buses = [factory.bus, factory.bus].map((bus) => bus?.create({ ...context, listener }));
  await tier.open();
  for (const bus of buses) await bus?.open();
  await tier.put([row]);
  await server.cli('config', 'set', 'maxmemory', '1');
  const close = async (): Promise<void> => {
    for (const bus of buses) await bus?.close();
    await tier.close();
  };
  return { server, tier, bus: buses[0], received, told, failures, close };
}

describeWithRedis()('a server that is full', () => {
  it('refuses entries, and takes what says that one is old', async () => {
    const { tier, close } = await openFull();
    const later = row.version + 1;
    await expect(tier.put([{ ...row, version: later }])).rejects.toThrow('OOM');
    expect((await tier.get('owl')).row?.value).toBe('old');
    const { stamp } = await tier.get('owl');
    const [deleted, ofNothing] = await tier.delete([
      { key: 'owl', version: later },
      { key: 'wren', version: later },
    ]);
    expect([deleted, ofNothing]).toEqual([later, later]);
    expect(await tier.getMany(['owl', 'wren'])).toMatchObject([
      { row: undefined, version: later },
      { row: undefined, version: later },
    ]);
    expect(await tier.fill({ ...row, version: later + 1 }, { stamp, token: undefined })).toBe('fenced');
    await tier.invalidate([{ scope: 'tag', name: 'night', version: later }]);
    expect(await tier.invalidations()).toEqual([{ scope: 'tag', name: 'night', version: later }]);
    await close();
  });

  it('buries what two processes have written too close to each other', async () => {
    const { tier, close } = await openFull();
    expect(await tier.put([{ ...row, version: row.version - 1 }])).toEqual([row.version + 1]);
    expect((await tier.get('owl')).row).toBeUndefined();
    await close();
  });

  it('is a bus as any other', async () => {
    const { bus, received, told, failures, close } = await openFull();
    await bus?.publish([{ kind: 'released', keys: ['owl'] }]);
    await told;
    expect({ received, failures }).toEqual({ received: [{ kind: 'released', keys: ['owl'] }], failures: [] });
    await close();
  });
});
