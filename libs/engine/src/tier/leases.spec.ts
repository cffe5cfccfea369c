import { describe, expect, it } from '@jest/globals';
import { FakeClock, LocalTier, settle } from 'nuthatch/testing';
import { Sequence } from '../kernel/sequence.js';
import type { Row } from '../store/backing-store.js';
import type { GuardedStore } from '../store/guarded-store.js';
import type { Applicant, Permit } from '../store/permits.js';
import type { BusMessage } from './bus.js';
import { inTime } from './in-time.js';
import { Leases } from './leases.js';
import type { SharedTier } from './shared-tier.js';

const TIMEOUT_MS = 250;
const LEASE_MS = 60_000;

const row = (key: string, version: number): Row => ({
  key,
  value: `${key} ${version}`,
  expiresAt: undefined,
  version,
  tags: [],
});

/** Versions that are larger than those of a clock, so that a later row is a later one for the tier, too. */
const LATER = Date.UTC(2030, 0, 1) * 1024;

/** The processes that share a tier. */
async function open() {
  const clock = new FakeClock();
  const server = new LocalTier(clock);
  const connect = async (): Promise<SharedTier> => {
    const context = { namespace: 'birds', clock, suspect: () => undefined, failed: () => undefined };
    const tier = server.create(context);
    await tier.open();
    return tier;
  };
  const join = async () => {
    const tier = await connect();
    const sequence = new Sequence(clock);
    const published: BusMessage[] = [];
    const failures: string[] = [];
    const asked: string[] = [];
    /** When a key was claimed. */
    const claims: number[] = [];
    const link = {
      isReadable: true,
      isBlind: false,
      publish: async (messages: readonly BusMessage[]) => void published.push(...messages),
    };
    const shared: Pick<GuardedStore, 'ask'> = {
      ask: <T>(operation: string, key: string, start: () => Promise<T>): Promise<T> => {
        asked.push(`${operation} ${key}`);
        if (operation === 'claim') claims.push(clock.now());
        return inTime(start(), TIMEOUT_MS, clock);
      },
    };
    const failed = (operation: string, error: unknown): void =>
      void failures.push(`${operation}: ${error instanceof Error ? error.message : String(error)}`);
    const leases = new Leases({ tier, shared, link, clock, sequence, failed });
    const permit = (applicant: Partial<Applicant<string>> = {}) =>
      leases.permit<string>({
        key: 'owl',
        leaseMs: LEASE_MS,
        isUnwanted: () => false,
        use: (found) => String(found.value),
        ...applicant,
      });
    const giveBack = ({ ticket }: Permit<string>): void => {
      if (ticket === undefined) throw new Error('nothing was permitted');
      leases.giveBack('owl', ticket);
    };
    return { leases, permit, giveBack, shared, sequence, link, published, failures, asked, claims };
  };
  return { clock, server, join, other: await connect() };
}

/** A promise that is kept when it is opened. */
function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open: () => open() };
}

/** Says whether a promise is settled, and with what. */
function watch<T>(promise: Promise<T>): { answer?: T } {
  const seen: { answer?: T } = {};
  void promise.then((answer) => (seen.answer = answer));
  return seen;
}

describe('the lease of a key', () => {
  it('is had at once where nobody holds it', async () => {
    const { join, other, clock } = await open();
    const { permit, claims, failures } = await join();
    const { found, ticket } = await permit();
    expect([found, typeof ticket?.token, claims, failures]).toEqual([undefined, 'string', [0], []]);
    expect((await other.claim('owl', { seen: '', leaseMs: LEASE_MS })).busyMs).toBe(LEASE_MS);
    expect(clock.timers).toBe(0);
  });

  it('is not had by who asks for none, who can share what it loads all the same', async () => {
    const { join, other } = await open();
    const { permit } = await join();
    const { ticket } = await permit({ leaseMs: 0 });
    expect([ticket?.stamp, ticket?.token]).toEqual(['', undefined]);
    expect((await other.claim('owl', { seen: '', leaseMs: LEASE_MS })).token).toBeDefined();
  });

  it('is not needed where somebody has put there what can be used', async () => {
    const { join, other } = await open();
    const { permit, sequence } = await join();
    await other.put([row('owl', LATER)]);
    expect(await permit()).toEqual({ found: `owl ${LATER}` });
    expect(sequence.next()).toBeGreaterThan(LATER);
  });

  it('is had where what is there cannot be used, and is shown what was there', async () => {
    const { join, other } = await open();
    const { permit, claims } = await join();
    await other.put([row('owl', LATER)]);
    const { found, ticket } = await permit({ use: () => undefined });
    const { stamp } = await other.get('owl');
    expect([found, ticket?.stamp, typeof ticket?.token, claims]).toEqual([
      undefined,
      stamp,
      'string',
      [0, 0],
    ]);
  });

  it('is had where what is there cannot be vouched for', async () => {
    const { join, other } = await open();
    const { permit, link } = await join();
    link.isReadable = false;
    await other.put([row('owl', LATER)]);
    const { found, ticket } = await permit();
    expect([found, typeof ticket?.token]).toEqual([undefined, 'string']);
  });

  it('is not asked for by a process that is cut off, nor what to show of many keys', async () => {
    const { join } = await open();
    const { permit, leases, link, asked } = await join();
    link.isBlind = true;
    expect([await permit(), [...(await leases.tickets(['owl', 'wren']))], asked]).toEqual([{}, [], []]);
  });

  it('is waited for, looking after 50 ms and then after twice as long each time, up to a second', async () => {
    const { join, other, clock } = await open();
    const { permit, claims } = await join();
    await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    const seen = watch(permit());
    await settle();
    await clock.advanceAsync(4000);
    expect(claims).toEqual([0, 50, 150, 350, 750, 1550, 2550, 3550]);
    expect([seen, clock.timers]).toEqual([{}, 1]);
  });

  it('is looked for as soon as it can have expired', async () => {
    const { join, other, clock } = await open();
    const { permit, claims } = await join();
    await other.claim('owl', { seen: '', leaseMs: 120 });
    const asked = permit();
    await settle();
    await clock.advanceAsync(120);
    expect(claims).toEqual([0, 50]);
    await clock.advanceAsync(1);
    expect([typeof (await asked).ticket?.token, claims]).toEqual(['string', [0, 50, 121]]);
  });

  it('is not had by two who wait for one that has expired', async () => {
    const { join, other, clock } = await open();
    const [ann, bob] = [await join(), await join()];
    await other.claim('owl', { seen: '', leaseMs: 100 });
    const seen = [watch(ann.permit()), watch(bob.permit())];
    await settle();
    await clock.advanceAsync(2000);
    expect(seen.filter(({ answer }) => answer?.ticket?.token !== undefined)).toHaveLength(1);
  });

  it('is told of to all of this process who wait for the key, and no time passes', async () => {
    const { join, other, clock } = await open();
    const { leases, permit, claims } = await join();
    const { token = '' } = await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    const both = [watch(permit()), watch(permit())];
    await other.claim('wren', { seen: '', leaseMs: LEASE_MS });
    const elsewhere = watch(permit({ key: 'wren' }));
    await settle();
    expect([claims.length, elsewhere]).toEqual([3, {}]);
    await other.release('owl', token);
    leases.released(['jay', 'owl']);
    await settle();
    expect(claims).toEqual([0, 0, 0, 0, 0]);
    // One of them has it now; the other one waits for that.
    expect(both.map(({ answer }) => typeof answer?.ticket?.token)).toEqual(['string', 'undefined']);
    expect([both[1], elsewhere, clock.timers]).toEqual([{}, {}, 2]);
  });

  it('is found there where the one who told has shared a value', async () => {
    const { join, other } = await open();
    const { leases, permit } = await join();
    const claim = await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    const asked = permit();
    await settle();
    expect(await other.fill(row('owl', LATER), claim)).toBe('awaited');
    leases.released(['owl']);
    expect(await asked).toEqual({ found: `owl ${LATER}` });
  });

  it('is not missed where that is told before the answer comes that it is held', async () => {
    const { join, other, clock } = await open();
    const { leases, permit, shared } = await join();
    const { token = '' } = await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    const wire = gate();
    shared.ask = async (_operation, _key, start) => {
      const answer = await start();
      await wire.promise;
      return answer;
    };
    const asked = permit();
    await settle();
    await other.release('owl', token);
    leases.released(['owl']);
    wire.open();
    expect(typeof (await asked).ticket?.token).toBe('string');
    expect([clock.now(), clock.timers]).toEqual([0, 0]);
  });

  it('is asked for no longer when nobody wants it', async () => {
    const { join, other, clock } = await open();
    const { leases, permit, claims } = await join();
    await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    let isUnwanted = false;
    const asked = permit({ isUnwanted: () => isUnwanted });
    await settle();
    isUnwanted = true;
    leases.released(['owl']);
    expect(await asked).toEqual({});
    expect([claims.length, clock.timers]).toEqual([1, 0]);
    expect([await permit({ isUnwanted: () => true }), claims.length]).toEqual([{}, 1]);
  });

  it('is not had where the tier fails, which is reported', async () => {
    const { join, server, clock } = await open();
    const { permit, failures } = await join();
    server.down();
    expect([await permit(), failures]).toEqual([{}, ['claim owl: the local tier is down']]);
    server.hang();
    const asked = permit();
    await clock.advanceAsync(TIMEOUT_MS);
    expect(await asked).toEqual({});
    expect(failures.slice(1)).toEqual(['claim owl: the shared tier did not answer within 250 ms']);
  });

  it('is given back where the answer comes late, so that the next has it at once', async () => {
    const { join, server, clock } = await open();
    const [late, next] = [await join(), await join()];
    server.lag(400);
    const asked = late.permit();
    await clock.advanceAsync(TIMEOUT_MS);
    expect(await asked).toEqual({});
    server.up();
    await clock.advanceAsync(149);
    expect(late.asked).toEqual(['claim owl']);
    await clock.advanceAsync(1);
    expect([late.asked, late.failures.length]).toEqual([['claim owl', 'release owl'], 1]);
    expect(typeof (await next.permit()).ticket?.token).toBe('string');
    expect([next.claims, clock.timers]).toEqual([[400], 0]);
  });

  it('is told of to those who wait for one that was answered late', async () => {
    const { join, server, other, clock } = await open();
    const late = await join();
    server.lag(400);
    void late.permit();
    await clock.advanceAsync(399);
    server.lag(200);
    await clock.advanceAsync(1);
    server.up();
    // Comes between the late answer and the release that it leads to.
    expect((await other.claim('owl', { seen: '', leaseMs: LEASE_MS })).busyMs).toBe(LEASE_MS);
    expect(late.published).toEqual([]);
    await clock.advanceAsync(200);
    expect(late.published).toEqual([{ kind: 'released', keys: ['owl'] }]);
  });
});

describe('a lease that is given back', () => {
  it('is free, and told of to nobody where nobody waits for it', async () => {
    const { join, other } = await open();
    const { giveBack, permit, published, failures } = await join();
    giveBack(await permit());
    await settle();
    expect((await other.claim('owl', { seen: '', leaseMs: LEASE_MS })).token).toBeDefined();
    expect([published, failures]).toEqual([[], []]);
  });

  it('is told of where somebody has asked for it meanwhile', async () => {
    const { join } = await open();
    const [ann, bob] = [await join(), await join()];
    const permitted = await ann.permit();
    const waiting = bob.permit();
    await settle();
    ann.giveBack(permitted);
    await settle();
    expect(ann.published).toEqual([{ kind: 'released', keys: ['owl'] }]);
    bob.leases.released(['owl']);
    expect(typeof (await waiting).ticket?.token).toBe('string');
  });

  it('is not one where only a stamp was had', async () => {
    const { join } = await open();
    const { giveBack, permit, asked } = await join();
    const permitted = await permit({ leaseMs: 0 });
    giveBack(permitted);
    await settle();
    expect(asked).toEqual(['claim owl']);
  });

  it('stays with the next who holds it where it had expired', async () => {
    const { join, other, clock } = await open();
    const { giveBack, permit } = await join();
    const permitted = await permit({ leaseMs: 100 });
    clock.advance(101);
    await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    giveBack(permitted);
    await settle();
    expect((await other.claim('owl', { seen: '', leaseMs: LEASE_MS })).busyMs).toBe(LEASE_MS);
  });

  it('is reported where the tier, or the bus, cannot be told', async () => {
    const { join, server, other } = await open();
    const { giveBack, permit, link, failures } = await join();
    const permitted = await permit();
    server.down();
    giveBack(permitted);
    await settle();
    expect(failures).toEqual(['release owl: the local tier is down']);
    server.up();
    await other.claim('owl', { seen: '', leaseMs: LEASE_MS });
    link.publish = () => Promise.reject(new Error('the bus is down'));
    giveBack(permitted);
    await settle();
    expect(failures.slice(1)).toEqual(['release owl: the bus is down']);
  });
});

describe('what to show when many keys are shared', () => {
  it('is the stamp of each, and no lease', async () => {
    const { join, other } = await open();
    const { leases } = await join();
    await other.put([row('owl', LATER)]);
    const { stamp } = await other.get('owl');
    const tickets = await leases.tickets(['owl', 'wren']);
    const shown = Array.from(tickets, ([key, { stamp: seen, token }]) => [key, seen, token]);
    expect(shown).toEqual([['owl', stamp, undefined], ['wren', '', undefined]]); // prettier-ignore
    expect((await other.claim('wren', { seen: '', leaseMs: LEASE_MS })).token).toBeDefined();
  });

  it('is missing for keys that cannot be asked for, which is reported once', async () => {
    const { join } = await open();
    const { leases, shared, failures } = await join();
    const { ask } = shared;
    shared.ask = async (operation, key, start) => {
      if (key !== 'owl') throw new Error(`not ${key}`);
      return ask(operation, key, start);
    };
    expect([...(await leases.tickets(['owl', 'wren', 'jay'])).keys()]).toEqual(['owl']);
    expect(failures).toEqual(['claim keys: not wren']);
  });
});
