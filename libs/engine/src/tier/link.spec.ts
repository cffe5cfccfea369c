import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeClock, FaultyBus, LocalTier, settle } from 'nuthatch/testing';
import { Invalidations } from '../invalidation/invalidations.js';
import type { Invalidation } from '../kernel/invalidation.js';
import { Sequence, versionAt } from '../kernel/sequence.js';
import { Fences } from '../load/fence.js';
import type { BusMessage } from './bus.js';
import { Link } from './link.js';
import { SharedClock } from './shared-clock.js';
import type { SharedTier, TierContext } from './shared-tier.js';

const SETTINGS = {
  timeoutMs: 250,
  openTimeoutMs: 500,
  maxBlindMs: 1000,
  settleMs: 1500,
  whenDown: 'remember',
} as const;

const night = (version: number): Invalidation => ({ scope: 'tag', name: 'night', version });
const changed = (key: string, version = 1): BusMessage => ({ kind: 'changed', keys: [[key, version]] });

const open: Link[] = [];

afterEach(async () => {
  for (const link of open.splice(0)) await link.close();
});

/** A link that is not open yet, and everything that it says. */
function make({ hasBus = true, namespace = 'birds' } = {}) {
  const clock = new FakeClock();
  const server = new LocalTier(clock);
  const bus = new FaultyBus(server.bus);
  const shared = new SharedClock(clock);
  const told: string[] = [];
  const observed: string[] = [];
  const heard: BusMessage[] = [];
  const [fencing, validity, sequence] = [new Fences(), new Invalidations(), new Sequence(shared)];
  const note = (what: string) => (about?: unknown, error?: unknown) =>
    void observed.push([what, about, (error as Error | undefined)?.message].filter(Boolean).join(' '));
  const context = { namespace, clock, suspect: suspected, failed: () => undefined };
  const tier = server.create(context);
  let probes = 0;
  const link = new Link({
    tier,
    clock: shared,
    sequence,
    fencing,
    validity,
    settings: SETTINGS,
    observer: {
      linked: note('linked'),
      unlinked: note('unlinked'),
      missed: note('missed'),
      failed: note('failed'),
    },
    probe: () => void (probes += 1),
  });
  function suspected(...[lost, reason]: Parameters<TierContext['suspect']>): void {
    link.suspect(lost, reason);
  }
  link.neighbour = {
    changed: (keys) => void heard.push({ kind: 'changed', keys }),
    invalidated: (invalidations) => void heard.push({ kind: 'invalidated', invalidations }),
    published: (event, params) => void heard.push({ kind: 'published', event, params: { ...params } }),
    released: (keys) => void heard.push({ kind: 'released', keys }),
    forgetMemory: () => void told.push('forget memory'),
    forgetAll: () => void told.push('forget all'),
    restate: (lost) => void told.push(`restate ${lost}`),
  };
  if (hasBus) link.bus = bus.create({ namespace, clock: shared, listener: link });
  open.push(link);
  return {
    link, clock, server, bus, tier, shared, told, observed, heard, fencing, validity, sequence,
    probes: () => probes,
  }; // prettier-ignore
}

/** A link that was opened, and forgot what happened then. */
async function linked(options: Parameters<typeof make>[0] = {}) {
  const made = make(options);
  await made.link.open();
  made.told.splice(0);
  return made;
}

/** Another process that shares the tier and the bus. */
async function neighbourOf({ server, clock }: ReturnType<typeof make>, namespace = 'birds') {
  const listener = { received: () => undefined, proven: () => undefined, missed: () => undefined, failed: () => undefined }; // prettier-ignore
  const bus = server.bus.create({ namespace, clock, listener });
  await bus.open();
  const tier: SharedTier = server.create({
    namespace,
    clock,
    suspect: () => undefined,
    failed: () => undefined,
  });
  await tier.open();
  const tell = async (...messages: readonly BusMessage[]): Promise<void> => {
    await bus.publish(messages);
    await settle();
  };
  return { tell, tier };
}

/** Whether the promise was settled by now. */
function watch(promise: Promise<unknown>): { isOver: boolean; error?: unknown } {
  const seen: { isOver: boolean; error?: unknown } = { isOver: false };
  promise.then(
    () => (seen.isOver = true),
    (error: unknown) => Object.assign(seen, { isOver: true, error }),
  );
  return seen;
}

describe('a link that is opened', () => {
  it('hears nobody and reads nothing before, and does both from then on', async () => {
    const { link } = make();
    expect([link.isBlind, link.isReadable, link.heardSince]).toEqual([true, false, 0]);
    await link.open();
    expect([link.isBlind, link.isReadable]).toEqual([false, true]);
  });

  it('reads a tier without a bus, and is never blind', async () => {
    const { link, clock } = await linked({ hasBus: false });
    clock.advance('1h');
    expect([link.isBlind, link.isReadable, link.vouches(0), link.heardSince]).toEqual([false, true, true, 0]);
  });

  it('forgets memory once, since nobody was heard before, and what is being loaded', async () => {
    const { link, clock, told, fencing, shared } = make();
    const fence = fencing.enter('owl');
    await link.open();
    expect([told, fence.holds()]).toEqual([['forget memory'], false]);
    expect(link.heardSince).toBe(versionAt(shared.wallNow()));
    const since = link.heardSince;
    await clock.advanceAsync('5s');
    expect([told, link.heardSince]).toEqual([['forget memory'], since]);
  });

  it('knows what was invalidated before it came', async () => {
    const made = make();
    const { tier } = await neighbourOf(made);
    await tier.invalidate([night(9)]);
    await made.link.open();
    const gone = [9, 10].map((version) => made.validity.isCurrent('owl', { tags: ['night'], version }));
    expect([gone, made.sequence.next() > 9]).toEqual([[false, true], true]);
  });

  it('asks the tier for its time thrice, and goes by the fastest answer', async () => {
    const { link, tier, clock, shared } = make();
    const took = [40, 10, 30];
    const asked: number[] = [];
    tier.time = async () => {
      const sentAt = clock.now();
      asked.push(sentAt);
      await new Promise<void>((resolve) => clock.schedule(resolve, took.shift() ?? 1));
      return 5_000_000 + sentAt;
    };
    const opened = link.open();
    await settle();
    await clock.advanceAsync(80);
    await opened;
    // What was read when the question came counts as read half way.
    expect([asked, shared.wallNow()]).toEqual([[0, 40, 50], 5_000_080 - 5]);
    expect(shared.uncertaintyMs).toBe(11);
  });

  it.each(['down', 'hang'] as const)(
    'waits no longer than openTimeout for a tier that is not there: %s',
    async (mood) => {
      const { link, server, clock, observed } = make();
      server[mood]();
      const opened = watch(link.open());
      await settle();
      await clock.advanceAsync(499);
      expect(opened.isOver).toBe(false);
      await clock.advanceAsync(1);
      expect([opened, link.isReadable]).toEqual([{ isOver: true }, false]);
      await clock.advanceAsync('5s');
      // The others are most likely of the same kind.
      expect(observed.filter((what) => what.startsWith('failed open'))).toHaveLength(1);
    },
  );

  it('waits no longer than that for a bus that hangs, or fails, and tries again', async () => {
    for (const trouble of ['hold', 'failAlways'] as const) {
      const { link, bus, clock } = make();
      bus[trouble]('open');
      const opened = watch(link.open());
      await settle();
      await clock.advanceAsync(500);
      expect([trouble, opened, link.isReadable]).toEqual([trouble, { isOver: true }, false]);
      await clock.advanceAsync('1s');
      expect(bus.calls('open')).toBeGreaterThan(1);
    }
  });

  it('goes on trying, and then leaves the others time to make up for what they could not say', async () => {
    const { link, server, clock, told } = make();
    server.down();
    const opened = watch(link.open());
    await settle();
    await clock.advanceAsync(700);
    server.up();
    await clock.advanceAsync(500);
    expect([opened.isOver, link.isBlind, link.isReadable, told]).toEqual([
      true,
      false,
      false,
      ['forget memory'],
    ]);
    const linkedAt = clock.now();
    await clock.advanceAsync(1000);
    expect(link.isReadable).toBe(false);
    await clock.advanceAsync(500);
    expect([clock.now() - linkedAt, link.isReadable]).toEqual([1500, true]);
  });

  it('is opened once, however often that is asked for', async () => {
    const { link, bus, server, clock } = make();
    await Promise.all([link.open(), link.open()]);
    const calls = server.calls;
    await link.open();
    expect([bus.calls('open'), server.calls]).toEqual([1, calls]);
    await clock.advanceAsync(250);
    // One for the bus, and one to look.
    expect(clock.timers).toBe(2);
  });
});

describe('what a link vouches for', () => {
  const oldest = (clock: SharedClock, ageMs: number): number => versionAt(clock.wallNow() - ageMs);

  it('is everything as long as nothing was missed, and for maxBlind beyond', async () => {
    const { link, clock, server } = await linked();
    await clock.advanceAsync('10s');
    server.bus.cut();
    await clock.advanceAsync(1000);
    expect([link.vouches(0), link.isReadable, link.isBlind]).toEqual([true, true, false]);
    await clock.advanceAsync(1);
    expect([link.vouches(0), link.isReadable, link.isBlind]).toEqual([false, false, true]);
  });

  it('is only what is younger than maxBlind while the bus is silent', async () => {
    const { link, clock, server, shared } = await linked();
    server.bus.cut();
    await clock.advanceAsync('5s');
    expect([link.vouches(oldest(shared, 1000)), link.vouches(oldest(shared, 1000) - 1)]).toEqual([
      true,
      false,
    ]);
  });

  it('is not what is older until the others can have made up for a long silence', async () => {
    const { link, clock, server, shared } = await linked();
    server.bus.cut();
    await clock.advanceAsync('5s');
    server.bus.mend();
    expect([link.isBlind, link.isReadable, link.vouches(0)]).toEqual([false, false, false]);
    expect(link.vouches(oldest(shared, 1000))).toBe(true);
    await clock.advanceAsync(1499);
    expect([link.isReadable, link.vouches(0)]).toEqual([false, false]);
    await clock.advanceAsync(1);
    expect([link.isReadable, link.vouches(0)]).toEqual([true, true]);
  });

  it('is everything again at once after a silence that was short', async () => {
    const { link, clock, server, told } = await linked();
    server.bus.cut();
    await clock.advanceAsync(950);
    server.bus.mend();
    expect([link.isReadable, link.vouches(0), told]).toEqual([true, true, []]);
  });

  it('does not shrink by a proof that comes late', async () => {
    const { link, clock } = await linked();
    await clock.advanceAsync('10s');
    link.proven(5);
    expect([link.isReadable, link.vouches(0)]).toEqual([true, true]);
  });

  it('is nothing that is old while a server of the tier settles', async () => {
    const { link, clock, shared } = await linked();
    await clock.advanceAsync('10s');
    link.suspect('recent', 'a replica has taken over');
    await settle();
    expect([link.vouches(0), link.vouches(oldest(shared, 1000)), link.isReadable]).toEqual([
      false,
      true,
      false,
    ]);
    await clock.advanceAsync(1500);
    expect([link.vouches(0), link.isReadable]).toEqual([true, true]);
  });
});

describe('a link that has missed something', () => {
  it('says so, forgets all, and reads nothing before it has read again what was invalidated', async () => {
    const made = await linked();
    const { link, bus, fencing, told, observed, server, clock, validity } = made;
    const { tier } = await neighbourOf(made);
    await tier.invalidate([night(9)]);
    const fence = fencing.enter('owl');
    server.lag(100);
    bus.miss('gone');
    expect([told, observed, fence.holds(), link.isReadable]).toEqual([
      ['forget all'],
      ['missed gone'],
      false,
      false,
    ]);
    await clock.advanceAsync(100);
    expect([link.isReadable, validity.isCurrent('owl', { tags: ['night'], version: 9 })]).toEqual([
      true,
      false,
    ]);
  });

  it('tries to read that until it works', async () => {
    const { link, bus, server, clock } = await linked();
    server.down();
    bus.miss();
    bus.miss();
    await clock.advanceAsync('5s');
    expect(link.isReadable).toBe(false);
    server.up();
    await clock.advanceAsync(500);
    expect(link.isReadable).toBe(true);
  });

  it('asks the others for nothing, and makes up for what it has written itself, where a server has lost it', async () => {
    for (const [lose, lost] of [
      ['lose', 'all'],
      ['failover', 'recent'],
    ] as const) {
      // prettier-ignore
      const { server, told, fencing } = await linked();
      const fence = fencing.enter('owl');
      server[lose]();
      expect([told, fence.holds()]).toEqual([['forget all', `restate ${lost}`], false]);
    }
  });

  it('is not told of a server any more once it is closed', async () => {
    const { link, told, observed } = await linked();
    await link.close();
    link.suspect('all', 'a restart');
    expect([told, observed]).toEqual([[], []]);
  });
});

describe('what a link hears of others', () => {
  it('raises the fence of a key that was changed, and draws later versions from then on', async () => {
    const made = await linked();
    const { fencing, sequence, heard } = made;
    const { tell } = await neighbourOf(made);
    const [owl, wren] = [fencing.enter('owl'), fencing.enter('wren')];
    const far = sequence.next() * 2;
    await tell(changed('owl', far));
    expect([owl.holds(), wren.holds(), sequence.next() > far, heard]).toEqual([
      false,
      true,
      true,
      [changed('owl', far)],
    ]);
  });

  it('is noted as invalid in the order of versions, and passed on as it came', async () => {
    const made = await linked();
    const { validity, sequence, heard } = made;
    const { tell } = await neighbourOf(made);
    const first = sequence.next() * 2;
    const message: BusMessage = {
      kind: 'invalidated',
      invalidations: [night(first + 5), { scope: 'tag', name: 'day', version: first }],
    };
    await tell(message);
    const current = (tag: string, version: number): boolean =>
      validity.isCurrent('owl', { tags: [tag], version });
    expect([current('day', first), current('day', first + 1), current('night', first + 5)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([heard, sequence.next() > first + 5]).toEqual([[message], true]);
  });

  it('is an event, or a lease that was given back', async () => {
    const made = await linked();
    const { tell } = await neighbourOf(made);
    const messages: readonly BusMessage[] = [
      { kind: 'published', event: 'bird.moved', params: { id: 1 } },
      { kind: 'released', keys: ['owl'] },
    ];
    await tell(...messages);
    expect(made.heard).toEqual(messages);
  });

  it('is nothing of another cache', async () => {
    const made = await linked();
    const { tell } = await neighbourOf(made, 'bats');
    await tell(changed('owl'));
    expect(made.heard).toEqual([]);
  });
});

describe('what a link tells others', () => {
  it('is nothing where there are no messages, or no bus', async () => {
    const { link, bus } = await linked();
    await link.publish([]);
    expect(bus.calls('publish')).toBe(0);
    const alone = await linked({ hasBus: false });
    await expect(alone.link.publish([changed('owl')])).resolves.toBeUndefined();
  });

  it('is to be told in the time of a call', async () => {
    const { link, bus, clock } = await linked();
    const go = bus.hold('publish');
    const told = watch(link.publishSoon([changed('owl')]));
    await clock.advanceAsync(249);
    expect(told.isOver).toBe(false);
    await clock.advanceAsync(1);
    expect(told.error).toMatchObject({ code: 'store_timeout' });
    go();
  });

  it('is told later where it could not be told soon, which its caller is told', async () => {
    const { link, bus, clock, observed } = await linked();
    const sister = await listenerOf(bus, clock);
    bus.failNext('publish', 2);
    await expect(link.publishSoon([changed('owl')])).rejects.toThrow('publish was told to fail');
    await clock.advanceAsync(50);
    expect(sister).toEqual([]);
    await clock.advanceAsync(50);
    expect([sister, observed]).toEqual([[changed('owl')], []]);
  });

  it('is told later where it cannot be told now, in order and once', async () => {
    const { link, bus, clock, observed } = await linked();
    const sister = await listenerOf(bus, clock);
    bus.failNext('publish', 2);
    await link.publishLater([changed('owl')]);
    await link.publishLater([changed('wren'), changed('jay')]);
    expect(observed).toEqual([
      'failed publish publish was told to fail',
      'failed publish publish was told to fail',
    ]);
    await clock.advanceAsync(50);
    expect(sister).toEqual([changed('owl'), changed('wren'), changed('jay')]);
    await clock.advanceAsync('5s');
    expect(sister).toHaveLength(3);
  });

  it('is told again and again until it works, but not while nobody is heard', async () => {
    const { link, server, bus, clock } = await linked();
    const sister = await listenerOf(bus, clock);
    bus.failAlways('publish');
    await link.publishLater([changed('owl')]);
    for (let tries = 1; tries <= 4; tries++) await clock.advanceAsync(50);
    expect(bus.calls('publish')).toBe(5);
    server.bus.cut();
    await clock.advanceAsync('5s');
    const calls = bus.calls('publish');
    bus.heal();
    await clock.advanceAsync('5s');
    expect(bus.calls('publish')).toBe(calls);
    server.bus.mend();
    await clock.advanceAsync(250);
    expect([sister, bus.calls('publish')]).toEqual([[changed('owl')], calls + 1]);
  });

  it('is the last 1,000 of what could not be told', async () => {
    const { link, bus, clock } = await linked();
    const sister = await listenerOf(bus, clock);
    bus.failNext('publish', 2);
    await link.publishLater([changed('first'), changed('second')]);
    await link.publishLater(Array.from({ length: 999 }, (_, at) => changed(`${at}`)));
    await clock.advanceAsync(250);
    expect([sister.length, sister[0], sister.at(-1)]).toEqual([1000, changed('second'), changed('998')]);
  });
});

/** What another member of the bus has received. */
async function listenerOf(bus: FaultyBus, clock: FakeClock): Promise<readonly BusMessage[]> {
  const heard: BusMessage[] = [];
  const listener = {
    received: (messages: readonly BusMessage[]) => void heard.push(...messages),
    proven: () => undefined,
    missed: () => undefined,
    failed: () => undefined,
  };
  await bus.create({ namespace: 'birds', clock, listener }).open();
  return heard;
}

describe('a link that is open', () => {
  it('says when it has not heard of the bus, and when it does again', async () => {
    const { clock, server, observed } = await linked();
    server.bus.cut();
    await clock.advanceAsync(1000);
    expect(observed).toEqual([]);
    await clock.advanceAsync(1000);
    expect(observed).toEqual(['unlinked the bus has not been heard of']);
    server.bus.mend();
    await clock.advanceAsync(1000);
    expect(observed.slice(1)).toEqual(['linked 1000']);
  });

  it('finds out every 250 ms whether the tier is well, as long as it may read it', async () => {
    const { clock, server, probes } = await linked();
    await clock.advanceAsync(1000);
    expect(probes()).toBe(4);
    server.bus.cut();
    await clock.advanceAsync(3000);
    const before = probes();
    await clock.advanceAsync(3000);
    expect(probes()).toBe(before);
  });

  it('asks for the time every ten seconds, and reports where that fails', async () => {
    const { clock, server, observed } = await linked();
    const calls = server.calls;
    await clock.advanceAsync('10s');
    expect(server.calls).toBe(calls);
    await clock.advanceAsync(250);
    expect(server.calls).toBe(calls + 1);
    server.down();
    await clock.advanceAsync('11s');
    expect(observed).toEqual(['failed read the time the local tier is down']);
  });
});

describe('a link that is closed', () => {
  it('reads nothing any more, and leaves no timer', async () => {
    const { link, clock, probes } = await linked();
    await link.close();
    expect([link.isReadable, clock.timers]).toEqual([false, 0]);
    await clock.advanceAsync('1m');
    expect([clock.timers, probes()]).toEqual([0, 0]);
  });

  it('does not wait longer than openTimeout for a bus that hangs', async () => {
    const { link, bus, clock } = await linked();
    const go = bus.hold('close');
    const closed = watch(link.close());
    await clock.advanceAsync(499);
    expect(closed.isOver).toBe(false);
    await clock.advanceAsync(1);
    expect(closed.error).toMatchObject({ code: 'store_timeout' });
    go();
  });

  it('goes on trying no longer where it was never linked', async () => {
    const { link, server, clock } = make();
    server.down();
    const opened = watch(link.open());
    await settle();
    await clock.advanceAsync(600);
    await link.close();
    await clock.advanceAsync('1s');
    const calls = server.calls;
    server.up();
    await clock.advanceAsync('1m');
    expect([opened.isOver, server.calls, link.isReadable, clock.timers]).toEqual([true, calls, false, 0]);
  });
});
