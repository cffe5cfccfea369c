import type { BusMessage } from 'nuthatch/engine';
import { FakeClock, settle } from '../fake-clock.js';
import { LocalBus } from './local-bus.js';

async function open(clocks = { hub: new FakeClock(), here: new FakeClock() }) {
  const bus = new LocalBus(clocks.hub);
  const join = async (namespace = 'birds') => {
    const keys: string[] = [];
    const missed: string[] = [];
    const proven: number[] = [];
    const listener = {
      received: (messages: readonly BusMessage[]) => keys.push(...messages.flatMap(keysOf)),
      proven: (at: number) => proven.push(at),
      missed: (reason: string) => missed.push(reason),
      failed: () => undefined,
    };
    const member = bus.create({ namespace, clock: clocks.here, listener });
    await member.open();
    return { member, keys, missed, proven };
  };
  const sender = await join();
  const tell = (...keys: string[]) => sender.member.publish([{ kind: 'released', keys }]);
  return { bus, join, tell, sender, ...clocks };
}

function keysOf(message: BusMessage): readonly string[] {
  return message.kind === 'released' ? message.keys : [];
}

describe('a local bus', () => {
  it('says at once and every 200 ms that nothing was missed, until it is closed', async () => {
    const { join, here } = await open();
    const { member, proven } = await join();
    here.advance(500);
    expect(proven).toEqual([0, 200, 400]);
    await member.close();
    here.advance(500);
    expect(proven).toEqual([0, 200, 400]);
  });

  it('leaves no timer when everybody is gone', async () => {
    const { sender, here } = await open();
    await sender.member.close();
    expect(here.timers).toBe(0);
  });

  it('loses as many messages as it is told to, and says nothing', async () => {
    const { bus, join, tell } = await open();
    const { keys, missed } = await join();
    bus.drop(2);
    for (const key of ['a', 'b', 'c']) await tell(key);
    expect([keys, missed]).toEqual([['c'], []]);
  });

  it('hands over nothing and proves nothing while it is cut, and catches up when it is mended', async () => {
    const { bus, join, tell, here } = await open();
    const { keys, proven } = await join();
    bus.cut();
    const late = await join();
    await tell('a');
    await tell('b');
    here.advance(1000);
    expect([keys, proven, late.proven]).toEqual([[], [0], []]);
    bus.mend();
    expect([keys, proven.at(-1), late.keys]).toEqual([['a', 'b'], 1000, ['a', 'b']]);
  });

  it('says that messages were missed where it forgets, and hands over those that follow', async () => {
    const { bus, join, tell } = await open();
    const { keys, missed, proven } = await join();
    bus.cut();
    await tell('a');
    bus.forget('gone');
    await tell('b');
    expect([keys, missed, proven.length]).toEqual([['b'], ['gone'], 3]);
  });

  it('proves no more than has come where messages lag, and keeps their order', async () => {
    const { bus, join, tell, hub, here } = await open();
    const { keys, proven } = await join();
    here.advance(50);
    bus.lag('1s');
    await tell('slow');
    bus.mend();
    await tell('fast');
    here.advance(1000);
    expect([keys, proven.at(-1)]).toEqual([[], 50]);
    hub.advance('1s');
    await settle();
    expect([keys, proven.at(-1)]).toEqual([['slow', 'fast'], 1050]);
  });

  it('copies messages as they are when they are published', async () => {
    const { join, sender } = await open();
    const { keys } = await join();
    const sent = ['a'];
    const published = sender.member.publish([{ kind: 'released', keys: sent }]);
    sent.push('b');
    await published;
    expect(keys).toEqual(['a']);
  });

  it('takes nothing from who is not open', async () => {
    const { sender } = await open();
    await sender.member.close();
    await expect(sender.member.publish([])).rejects.toThrow('not open');
  });
});
