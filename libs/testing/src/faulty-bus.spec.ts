import type { BusListener, BusMessage } from 'nuthatch/engine';
import { FakeClock, settle } from './fake-clock.js';
import { FaultyBus } from './faulty-bus.js';
import { LocalBus } from './local/local-bus.js';

async function open() {
  const clock = new FakeClock();
  const bus = new FaultyBus(new LocalBus(clock));
  const told: string[] = [];
  const proven: number[] = [];
  const listener: BusListener = {
    received: (messages) => told.push(...messages.flatMap(keysOf)),
    proven: (at) => proven.push(at),
    missed: (reason) => told.push(`missed: ${reason}`),
    failed: (operation, error) => told.push(`${operation}: ${String(error)}`),
  };
  const silent: BusListener = {
    received: () => undefined,
    proven: () => undefined,
    missed: () => undefined,
    failed: () => undefined,
  };
  const sender = bus.create({ namespace: 'birds', clock, listener: silent });
  const receiver = bus.create({ namespace: 'birds', clock, listener });
  await Promise.all([sender.open(), receiver.open()]);
  const tell = async (...keys: string[]) => {
    await sender.publish([{ kind: 'released', keys }]);
    await settle();
  };
  return { clock, bus, told, proven, tell, receiver };
}

function keysOf(message: BusMessage): readonly string[] {
  return message.kind === 'released' ? message.keys : [];
}

describe('a faulty bus', () => {
  it('is the bus that it wraps while it is told nothing', async () => {
    const { bus, told, proven, tell, clock } = await open();
    await tell('a');
    clock.advance(200);
    expect([told, proven, bus.name]).toEqual([['a'], [0, 0, 200], 'LocalBus']);
    expect([bus.calls('open'), bus.calls('publish'), bus.calls('received')]).toEqual([2, 1, 1]);
  });

  it('refuses what it is told to refuse, and sends nothing then', async () => {
    const { bus, told, tell } = await open();
    bus.failNext('publish', 1, new Error('full'));
    await expect(tell('a')).rejects.toThrow('full');
    bus.failAlways('publish');
    await expect(tell('b')).rejects.toThrow('publish was told to fail');
    bus.heal();
    await tell('c');
    expect(told).toEqual(['c']);
  });

  it('loses messages on their way, and answers to them', async () => {
    const { bus, told, tell } = await open();
    bus.dropNext('publish');
    await tell('a');
    bus.dropNext('received');
    await tell('b');
    bus.loseNext('publish');
    await expect(tell('c')).rejects.toThrow('the answer to publish was lost');
    expect(told).toEqual(['c']);
  });

  it('tells the listener that messages could not be taken', async () => {
    const { bus, told, tell } = await open();
    bus.failNext('received', 1, new Error('garbled'));
    await tell('a');
    await tell('b');
    expect(told).toEqual(['received: Error: garbled', 'b']);
  });

  it('proves nothing that it still holds', async () => {
    const { bus, told, proven, tell, clock } = await open();
    const release = bus.hold('received');
    await tell('a');
    await clock.advanceAsync(1000);
    expect([told, proven]).toEqual([[], [0]]);
    release();
    await settle();
    expect([told, proven.at(-1)]).toEqual([['a'], 1000]);
  });

  it('lets messages take their time, in their order', async () => {
    const { bus, told, tell, clock } = await open();
    bus.lag('received', '2s', clock);
    await tell('a');
    bus.heal();
    await tell('b');
    expect(told).toEqual([]);
    await clock.advanceAsync('2s');
    expect(told).toEqual(['a', 'b']);
  });

  it('repeats and swaps messages', async () => {
    const { bus, told, tell } = await open();
    bus.repeatNext();
    await tell('a');
    bus.swapNext();
    for (const key of ['b', 'c', 'd']) await tell(key);
    expect(told).toEqual(['a', 'a', 'c', 'b', 'd']);
  });

  it('says that messages were missed, and nothing to who has left', async () => {
    const { bus, told, tell, receiver } = await open();
    bus.miss('a storm');
    const release = bus.hold('received');
    await tell('a');
    await receiver.close();
    release();
    bus.miss();
    await settle();
    expect(told).toEqual(['missed: a storm']);
  });
});
