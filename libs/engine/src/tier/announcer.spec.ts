import { describe, expect, it } from '@jest/globals';
import type { Operation } from '../store/backing-store.js';
import { Announcer } from './announcer.js';
import type { BusMessage } from './bus.js';

const put = (key: string, version: number): Operation => ({
  type: 'set',
  row: { key, value: 'x', expiresAt: undefined, version, tags: [] },
});
const removal = (key: string, version: number): Operation => ({ type: 'delete', key, version });
const night = [{ scope: 'tag', name: 'night', version: 9 }] as const;

const down = new Error('the tier is down');
const deaf = new Error('the bus is down');

/** An announcer, and everything that it does. */
function open({ isDown = false, tier, bus, whenDown = 'remember', isSpread = false }: Partial<Trouble> = {}) {
  const told: BusMessage[] = [];
  const failures: string[] = [];
  const takenUp: unknown[] = [];
  const made: unknown[] = [];
  const make = async (what: unknown): Promise<void> => {
    if (tier !== undefined) throw tier;
    made.push(what);
  };
  const publishSoon = async (messages: readonly BusMessage[]): Promise<void> => {
    if (bus !== undefined) throw bus;
    told.push(...messages);
  };
  const parts = {
    tier: { isSpread },
    shared: { isDown, apply: make, invalidate: make },
    link: { publishSoon },
    whenDown,
    takeUp: (invalidations: readonly unknown[]) => void takenUp.push(...invalidations),
    failed: (operation: string, error: unknown) => void failures.push(`${operation}: ${String(error)}`),
  };
  // The rest of a store and of a link is not for announcing.
  const announcer = new Announcer(parts as unknown as ConstructorParameters<typeof Announcer>[0]);
  return { announcer, told, failures, takenUp, made };
}

/** What is wrong with the tier and the bus. */
interface Trouble {
  /** Whether the tier has failed so often that it is not asked. */
  readonly isDown: boolean;
  readonly tier: Error;
  readonly bus: Error;
  readonly whenDown: 'remember' | 'refuse';
  /** Whether a part of the tier may fail alone. */
  readonly isSpread: boolean;
}

/** What is told of the changes below where the tier has not taken them. */
const unwritten = {
  changes: [
    { kind: 'changed', keys: [['owl', 5], ['wren', 7]] }, // prettier-ignore
    {
      kind: 'invalidated',
      invalidations: [
        { scope: 'prefix', name: 'owl', version: 4 },
        { scope: 'prefix', name: 'wren', version: 6 },
      ],
    },
  ],
  changed: [put('owl', 5), removal('wren', 7)],
  failure: 'tell the shared tier of a change: Error: the tier is down',
};

describe('a change that is announced', () => {
  it('is brought to the tier with others of the same moment, unless a part of the tier may fail alone', async () => {
    for (const isSpread of [false, true]) {
      const { announcer, made } = open({ isSpread });
      const [owl, wren] = [put('owl', 5), removal('wren', 7)];
      await Promise.all([announcer.changed([owl]), announcer.changed([wren])]);
      expect(made).toEqual(isSpread ? [[owl], [wren]] : [[owl, wren]]);
    }
  });

  it('is brought to the tier, which tells the others by itself', async () => {
    const { announcer, made, told, takenUp, failures } = open();
    await announcer.changed(unwritten.changed);
    await announcer.invalidated(night);
    expect(made).toEqual([unwritten.changed, night]);
    expect([told, takenUp, failures]).toEqual([[], [], []]);
  });

  it('is told to the others, with all that the tier has from before, where the tier fails', async () => {
    const { announcer, told, takenUp, failures } = open({ tier: down });
    await announcer.changed(unwritten.changed);
    expect(told).toEqual(unwritten.changes);
    expect(takenUp).toEqual([
      { scope: 'prefix', name: 'owl', version: 4 },
      { scope: 'prefix', name: 'wren', version: 6 },
    ]);
    expect(failures).toEqual([unwritten.failure]);
  });

  it('is told to them as well where the tier is left alone', async () => {
    const { announcer, told, takenUp, failures } = open({ isDown: true });
    await announcer.changed(unwritten.changed);
    expect([told, takenUp.length, failures]).toEqual([unwritten.changes, 2, []]);
  });

  it.each([{ tier: down }, { isDown: true }])(
    'is one message where it is an invalidation: %j',
    async (trouble) => {
      const { announcer, told, takenUp } = open(trouble);
      await announcer.invalidated(night);
      expect([told, takenUp]).toEqual([[{ kind: 'invalidated', invalidations: night }], []]);
    },
  );

  it('is acknowledged where nobody can be told, and reported', async () => {
    const { announcer, told, takenUp, failures } = open({ tier: down, bus: deaf });
    await announcer.changed(unwritten.changed);
    expect([told, takenUp.length, failures]).toEqual([[], 2, [unwritten.failure]]);
  });

  it('is acknowledged where the tier is left alone and the bus fails, and reported', async () => {
    const { announcer, failures } = open({ isDown: true, bus: deaf });
    await announcer.changed(unwritten.changed);
    expect(failures).toEqual(['tell the shared tier of a change: Error: the bus is down']);
  });
});

describe('a change that is announced, and to be refused where it cannot be', () => {
  it('is refused with the failure of the tier, and told to the others all the same', async () => {
    const { announcer, told, failures } = open({ tier: down, whenDown: 'refuse' });
    await expect(announcer.changed(unwritten.changed)).rejects.toBe(down);
    expect([told, failures]).toEqual([unwritten.changes, []]);
  });

  it('is refused with the failure of the tier, not that of the bus, where both fail', async () => {
    const { announcer } = open({ tier: down, bus: deaf, whenDown: 'refuse' });
    await expect(announcer.changed(unwritten.changed)).rejects.toBe(down);
    await expect(announcer.invalidated(night)).rejects.toBe(down);
  });

  it('is refused with the failure of the bus where the tier is left alone', async () => {
    const { announcer } = open({ isDown: true, bus: deaf, whenDown: 'refuse' });
    await expect(announcer.changed(unwritten.changed)).rejects.toBe(deaf);
  });
});
