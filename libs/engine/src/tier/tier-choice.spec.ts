import { describe, expect, it } from '@jest/globals';
import { FakeClock, LocalBus, LocalTier } from 'nuthatch/testing';
import { Problems } from '../kernel/problems.js';
import { resolveSharing } from './tier-choice.js';

/** What is shared, of which no type has been checked. */
function resolve(options: { readonly sharedTier?: unknown; readonly bus?: unknown }) {
  const problems = new Problems();
  const sharing = resolveSharing(options as Parameters<typeof resolveSharing>[0], problems);
  problems.settle({});
  return sharing;
}

const tier = new LocalTier(new FakeClock());
const bus = new LocalBus(new FakeClock());

describe('what a cache shares', () => {
  it('is nothing where nothing is said', () => {
    expect(resolve({})).toEqual({ sharedTier: undefined, bus: undefined });
  });

  it('is a tier with its bus, another bus or none, or a bus alone', () => {
    const seen = [
      { sharedTier: tier },
      { sharedTier: tier, bus },
      { sharedTier: tier, bus: false },
      { bus },
      { bus: false },
    ];
    const shared = seen.map(resolve).map((found) => [found.sharedTier, found.bus]);
    const expected = [[tier, tier.bus], [tier, bus], [tier, undefined], [undefined, bus], [undefined, undefined]]; // prettier-ignore
    expect(shared).toHaveLength(expected.length);
    for (const [at, [sharedTier, itsBus]] of expected.entries()) {
      expect(shared[at]?.[0]).toBe(sharedTier);
      expect(shared[at]?.[1]).toBe(itsBus);
    }
  });

  it('does not look at the bus of a tier where another one, or none, was asked for', () => {
    const sharedTier = { create: () => undefined, bus: 5 };
    expect([resolve({ sharedTier, bus }).bus, resolve({ sharedTier, bus: false }).bus]).toEqual([
      bus,
      undefined,
    ]);
  });

  it('has no bus where its tier brings none', () => {
    expect(resolve({ sharedTier: { create: () => undefined } }).bus).toBeUndefined();
  });

  const TIER = 'sharedTier must be a factory such as redis({ url }) of nuthatch/redis';
  const TIER_BUS = 'sharedTier.bus must be a factory such as broadcastBus(), or left out';
  const BUS = 'bus must be a factory such as broadcastBus(), or false';

  it.each([
    [{ sharedTier: 'redis' }, `${TIER}, got "redis"`],
    [{ sharedTier: null }, `${TIER}, got null`],
    [{ sharedTier: false }, `${TIER}, got false`],
    [{ sharedTier: {} }, `${TIER}, got an object`],
    [{ sharedTier: { create: 'later' } }, `${TIER}, got an object`],
    [{ sharedTier: () => tier }, `${TIER}, got function sharedTier`],
    [{ sharedTier: new Map() }, `${TIER}, got an instance of Map`],
    [{ sharedTier: { create: () => undefined, bus: 5 } }, `${TIER_BUS}, got 5`],
    [{ sharedTier: { create: () => undefined, bus: null } }, `${TIER_BUS}, got null`],
    [{ sharedTier: { create: () => undefined, bus: {} } }, `${TIER_BUS}, got an object`],
    [{ bus: true }, `${BUS}, got true`],
    [{ bus: 'broadcast' }, `${BUS}, got "broadcast"`],
    [{ bus: null }, `${BUS}, got null`],
    [{ bus: { publish: () => undefined } }, `${BUS}, got an object`],
  ])('is named where it is wrong, with what was found: %j', (options, message) => {
    expect(() => resolve(options)).toThrow(expect.objectContaining({ code: 'bad_option', message }));
  });

  it('is named once where the tier is wrong, whose bus cannot be told then', () => {
    expect(() => resolve({ sharedTier: 5 })).toThrow(expect.objectContaining({ message: `${TIER}, got 5` }));
  });

  it('is named twice where both are wrong', () => {
    expect(() => resolve({ sharedTier: 5, bus: 6 })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^- sharedTier must .* got 5\n- bus must .* got 6$/m),
      }),
    );
  });
});
