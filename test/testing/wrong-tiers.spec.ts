import type { Claim, Row, SharedTier, SharedTierFactory } from 'nuthatch/engine';
import { FakeClock, LocalTier, sharedTierClauses } from 'nuthatch/testing';

const clock = new FakeClock();

/** A local tier with something changed. */
function wrong(change: (tier: SharedTier) => Partial<SharedTier>): SharedTierFactory {
  const local = new LocalTier(clock);
  return {
    create: (context) => {
      const tier = local.create(context);
      const changed = change(tier);
      return new Proxy(tier, {
        get: (target, name) => {
          if (name in changed) return Reflect.get(changed, name);
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    },
  };
}

async function brokenBy(change: (tier: SharedTier) => Partial<SharedTier>): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, run } of sharedTierClauses({ open: async () => wrong(change), clock }))
    await run().catch(() => broken.push(name));
  return broken;
}

/** Writes a row whatever is there. */
async function force(tier: SharedTier, row: Row): Promise<number> {
  const { version } = await tier.get(row.key);
  await tier.put([{ ...row, version: Math.max(row.version, version) }]);
  return row.version;
}

describe('the contract of shared tiers', () => {
  it('is kept by a local tier, in a wrapping like that of the wrong ones', async () => {
    expect(await brokenBy(() => ({}))).toEqual([]);
  });

  it.each<[what: string, change: (tier: SharedTier) => Partial<SharedTier>, broken: string]>([
    [
      'keeps the write that comes last',
      (tier) => ({ put: (rows) => Promise.all(rows.map((row) => force(tier, row))) }),
      'keeps the write with the larger version, in whatever order they come',
    ],
    [
      'leaves what is newer by little',
      (tier) => ({
        put: async (rows) => {
          const there = await tier.getMany(rows.map(({ key }) => key));
          const isOlder = (row: Row, n: number): boolean => row.version < (there[n]?.version ?? 0);
          await tier.put(rows.filter((row, n) => !isOlder(row, n)));
          return rows.map((row, n) => Math.max(row.version, there[n]?.version ?? 0));
        },
      }),
      'keeps what is newer by more than TOO_CLOSE_MS, and deletes what is newer by less',
    ],
    [
      'does not delete what is newer',
      (tier) => ({
        delete: async (deletions) => {
          const there = await tier.getMany(deletions.map(({ key }) => key));
          return tier.delete(deletions.filter(({ version }, n) => version > (there[n]?.version ?? 0)));
        },
      }),
      'deletes what is newer as well, under a version that is one more',
    ],
    [
      'deletes nothing where there is nothing',
      (tier) => ({
        delete: async (deletions) => {
          const there = await tier.getMany(deletions.map(({ key }) => key));
          return tier.delete(deletions.filter((_, n) => there[n]?.row !== undefined));
        },
      }),
      'fences what was loaded where the key was deleted, though there was nothing, meanwhile, and leaves what is there',
    ],
    [
      'forgets the stamp of what has expired',
      (tier) => {
        const claim = async (key: string, asked: { seen: string; leaseMs: number }): Promise<Claim> => {
          const answer = await tier.claim(key, asked);
          return answer.row === undefined ? { ...answer, stamp: '' } : answer;
        };
        const fill: SharedTier['fill'] = async (row, { stamp, token }) => {
          const there = await tier.get(row.key);
          const isGone = there.row === undefined && stamp === '';
          return tier.fill(row, { stamp: isGone ? there.stamp : stamp, token });
        };
        return { claim, fill };
      },
      'fences what was loaded where the key was set, and has expired, meanwhile, and leaves what is there',
    ],
    [
      'fences nothing',
      (tier) => ({
        fill: async (row, { token }) => tier.fill(row, { token, stamp: (await tier.get(row.key)).stamp }),
      }),
      'fences what was loaded over an entry that was replaced, or deleted, meanwhile',
    ],
    [
      'grants a lease to everybody',
      (tier) => ({ claim: async (key, asked) => ({ ...(await tier.claim(key, asked)), token: 'yours' }) }),
      'grants a lease to one of 100 who ask at once, and tells the others how long it lasts at most',
    ],
    [
      'grants a lease over news',
      (tier) => ({
        claim: async (key, { leaseMs }) => tier.claim(key, { leaseMs, seen: (await tier.get(key)).stamp }),
      }),
      'answers an entry that the caller has not seen in the place of a lease',
    ],
    [
      'takes those who only look for waiting',
      (tier) => ({
        claim: async (key, { seen, leaseMs }) => {
          const { token, ...answer } = await tier.claim(key, { seen, leaseMs: leaseMs || 1000 });
          if (leaseMs === 0 && token !== undefined) await tier.release(key, token);
          return { ...answer, token: leaseMs === 0 ? undefined : token };
        },
      }),
      'says that nobody waits where nobody has asked for the lease',
    ],
    [
      'keeps the lease when a result is fenced',
      (tier) => ({
        fill: async (row, { stamp, token }) => {
          const isNews = (await tier.get(row.key)).stamp !== stamp;
          return tier.fill(row, { stamp, token: isNews ? undefined : token });
        },
      }),
      'gives back the lease with the result, be it taken or fenced',
    ],
    [
      'says of no lease that somebody waits for it',
      (tier) => ({ release: async (key, token) => (await tier.release(key, token)) && false }),
      'says that somebody waits, when a result is put there or a lease is given back',
    ],
    [
      'answers each key once',
      (tier) => ({ getMany: (keys) => tier.getMany([...new Set(keys)]) }),
      'answers many keys in the order in which they are asked for, twice where they are twice',
    ],
    [
      'forgets until when an entry is fresh',
      (tier) => ({ put: (rows) => tier.put(rows.map((row) => ({ ...row, freshUntil: undefined }))) }),
      'gives back an entry with all that belongs to it, be it text or bytes',
    ],
    [
      'forgets the oldest of many invalidations',
      (tier) => ({ invalidations: async () => (await tier.invalidations()).slice(-1000) }),
      'remembers thousands, if need be summed up in what covers more',
    ],
    [
      'goes through its first entries alone',
      (tier) => ({
        scan: async function* () {
          for await (const page of tier.scan()) {
            yield page;
            return;
          }
        },
      }),
      'goes through every entry of its namespace, and no other',
    ],
    [
      'clears nothing',
      () => ({ clear: async () => undefined }),
      'frees the room of its entries when they are cleared, and of no other namespace',
    ],
  ])('is broken by a tier that %s', async (_what, change, broken) => {
    expect(await brokenBy(change)).toContain(broken);
  });
});
