import type { BusContext, BusFactory } from 'nuthatch/engine';
import { busClauses, FakeClock, FaultyBus, LocalBus } from 'nuthatch/testing';

const clock = new FakeClock();

async function brokenBy(open: () => BusFactory): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, run } of busClauses({ open: async () => open(), clock }))
    await run().catch(() => broken.push(name));
  return broken;
}

/** A local bus to which every context is given with something changed. */
function wrong(change: (context: BusContext) => Partial<BusContext>): () => BusFactory {
  return () => {
    const bus = new LocalBus(clock);
    return { create: (context) => bus.create({ ...context, ...change(context) }) };
  };
}

function faulty(plan: (bus: FaultyBus) => void): () => BusFactory {
  return () => {
    const bus = new FaultyBus(new LocalBus(clock));
    plan(bus);
    return bus;
  };
}

const inOrder = 'hands every message to everybody else, once, in the order in which they were published';

describe('the contract of buses', () => {
  it('is kept by a local bus', async () => {
    expect(await brokenBy(() => new LocalBus(clock))).toEqual([]);
  });

  it.each<[what: string, open: () => BusFactory, broken: string]>([
    ['loses a message', faulty((bus) => bus.dropNext('received')), inOrder],
    ['repeats a message', faulty((bus) => bus.repeatNext()), inOrder],
    ['swaps messages', faulty((bus) => bus.swapNext()), inOrder],
    ['refuses a publication', faulty((bus) => bus.failNext('publish')), 'takes no messages at all'],
    [
      'does not look at the namespace',
      wrong(() => ({ namespace: 'all' })),
      'keeps namespaces apart, whatever they are called',
    ],
    [
      'proves what lags',
      () => {
        const lagging = new FaultyBus(new LocalBus(clock));
        lagging.lag('received', 100, clock);
        return {
          create: (context) => {
            const { listener } = context;
            const silent = {
              received: listener.received.bind(listener),
              proven: () => undefined,
              missed: listener.missed.bind(listener),
              failed: listener.failed.bind(listener),
            };
            const bus = lagging.create({ ...context, listener: silent });
            const beat = (): void => {
              listener.proven(clock.now());
              clock.schedule(beat, 20);
            };
            beat();
            return bus;
          },
        };
      },
      'proves nothing that has not come yet, and nothing of the future',
    ],
    [
      'proves nothing',
      wrong(({ listener }) => ({
        listener: {
          received: listener.received.bind(listener),
          proven: () => undefined,
          missed: listener.missed.bind(listener),
          failed: listener.failed.bind(listener),
        },
      })),
      'proves again and again that nothing was missed, also where nothing is published',
    ],
    [
      'hands senders their own messages',
      () => {
        const local = new LocalBus(clock);
        return {
          create: (context) => {
            const bus = local.create(context);
            return {
              open: () => bus.open(),
              close: () => bus.close(),
              publish: async (messages) => {
                await bus.publish(messages);
                context.listener.received(messages);
              },
            };
          },
        };
      },
      'hands nobody what he has published himself',
    ],
    [
      'tells those who have left',
      () => {
        const local = new LocalBus(clock);
        return {
          create: (context) => Object.assign(local.create(context), { close: async () => undefined }),
        };
      },
      'is silent to those who have left, and works on for the others',
    ],
  ])('is broken by a bus that %s', async (_what, open, broken) => {
    expect(await brokenBy(open)).toContain(broken);
  });
});
