import type { Row, SharedTier } from 'nuthatch/engine';
import { FakeClock, settle } from '../fake-clock.js';
import { LocalTier } from './local-tier.js';

const owl: Row = { key: 'owl', value: '1', expiresAt: undefined, version: 1, tags: [] };

async function open() {
  const clock = new FakeClock();
  const local = new LocalTier(clock);
  const told: string[] = [];
  const context = {
    namespace: 'birds',
    clock,
    suspect: (lost: string, reason: string) => told.push(`${lost}: ${reason}`),
    failed: (operation: string) => told.push(`failed: ${operation}`),
  };
  const tier = local.create(context);
  await tier.open();
  return { clock, local, told, tier, context };
}

async function valueOf(tier: SharedTier, key = 'owl'): Promise<unknown> {
  return (await tier.get(key)).row?.value;
}

describe('a local tier', () => {
  it('shares what it has among connections of one name', async () => {
    const { local, tier, context } = await open();
    const other = local.create(context);
    await other.open();
    await tier.put([owl]);
    expect(await valueOf(other)).toBe('1');
  });

  it('answers nobody before it is open, or after it was closed', async () => {
    const { local, context, tier } = await open();
    await expect(local.create(context).get('owl')).rejects.toThrow('not open');
    await tier.close();
    await expect(tier.get('owl')).rejects.toThrow('not open');
    await tier.open();
    expect(await valueOf(tier)).toBeUndefined();
  });

  it('rejects every call while it is down, an opening included, and has what it had once it is up', async () => {
    const { local, context, tier } = await open();
    await tier.put([owl]);
    local.down();
    await expect(tier.get('owl')).rejects.toThrow('the local tier is down');
    await expect(tier.put([{ ...owl, version: 2 }])).rejects.toThrow('down');
    await expect(local.create(context).open()).rejects.toThrow('down');
    local.up();
    expect((await tier.get('owl')).version).toBe(1);
  });

  it('never answers a call that was made while it hangs', async () => {
    const { local, tier } = await open();
    local.hang();
    let isAnswered = false;
    void tier.put([owl]).then(() => (isAnswered = true));
    await settle();
    local.up();
    await settle();
    expect([isAnswered, await valueOf(tier)]).toEqual([false, undefined]);
  });

  it('does what it is asked later where it lags', async () => {
    const { clock, local, tier } = await open();
    local.lag('2s');
    const put = tier.put([owl]);
    local.up();
    expect(await valueOf(tier)).toBeUndefined();
    await clock.advanceAsync('2s');
    expect(await put).toEqual([1]);
    expect([await valueOf(tier), local.calls]).toEqual(['1', 4]);
  });

  it('forgets everything when it is told to lose it, and says so to who is connected', async () => {
    const { local, told, tier, context } = await open();
    const closed = local.create({ ...context, suspect: () => told.push('closed') });
    await closed.open();
    await closed.close();
    await tier.put([owl]);
    await tier.invalidate([{ scope: 'tag', name: 'night', version: 1 }]);
    await tier.claim('wren', { seen: '', leaseMs: 1000 });
    local.lose();
    expect(told).toEqual(['all: the local tier was told to lose everything']);
    expect([await valueOf(tier), await tier.invalidations()]).toEqual([undefined, []]);
    expect((await tier.claim('wren', { seen: '', leaseMs: 1000 })).token).toBeDefined();
  });

  it('tells of what was lost once it is up, where it was down', async () => {
    const { local, told, tier } = await open();
    await tier.put([owl]);
    local.down();
    local.lose();
    expect(told).toEqual([]);
    local.up();
    expect([told.length, await valueOf(tier)]).toEqual([1, undefined]);
  });

  it('gives no stamp twice, also after it has lost everything', async () => {
    const { local, tier } = await open();
    await tier.put([owl]);
    const { stamp } = await tier.get('owl');
    local.lose();
    await tier.put([owl]);
    expect((await tier.get('owl')).stamp).not.toBe(stamp);
  });

  it('falls back to its copy, and says that recent writes may be missing', async () => {
    const { local, told, tier } = await open();
    await tier.put([owl]);
    local.replicate();
    await tier.put([{ ...owl, value: '2', version: 2 }]);
    local.failover();
    expect(told).toEqual(['recent: the local tier was told to fail over']);
    expect(await valueOf(tier)).toBe('1');
    await tier.put([{ ...owl, value: '3', version: 3 }]);
    local.failover();
    expect(await valueOf(tier)).toBe('1');
  });

  it('measures lives and answers the time by its own clock', async () => {
    const { clock, tier } = await open();
    await tier.put([{ ...owl, expiresAt: clock.wallNow() + 1000 }]);
    expect(await tier.time()).toBe(clock.wallNow());
    clock.advance(1000);
    expect(await valueOf(tier)).toBeUndefined();
  });
});
