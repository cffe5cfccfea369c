import { type Outcome, type Scenario, simulate } from './simulation.js';
import { PLAIN, strategiesFor } from './strategies.js';

const scenario: Scenario = {
  seed: 7,
  caches: 4,
  keys: 10,
  requestsPerSecond: 400,
  ttlMs: 10_000,
  latencyMs: 500,
  warmUpLives: 4,
  lives: 4,
};

const known = new Map<string, Promise<Outcome>>();

async function outcomeOf(name: string, given = scenario): Promise<Outcome> {
  const strategy = strategiesFor(given.ttlMs).find((one) => one.name === name);
  if (strategy === undefined) throw new Error(`no strategy is called ${name}`);
  return simulate(given, strategy);
}

/** Of the scenario, simulated once. */
function outcome(name: string): Promise<Outcome> {
  const present = known.get(name) ?? outcomeOf(name);
  known.set(name, present);
  return present;
}

describe('the simulation of refreshes', () => {
  it.each(['stale-while-revalidate', 'refresh-ahead', 'XFetch', 'simple formula'])(
    'lets far fewer callers of hot keys wait with %s than with a plain TTL',
    async (name) => {
      const [plain, renewed] = [await outcome(PLAIN), await outcome(name)];
      expect(plain.waitedForHot).toBeGreaterThan(100);
      expect(renewed.waitedForHot).toBeLessThan(0.2 * plain.waitedForHot);
      expect(renewed.requests).toBe(plain.requests);
    },
  );

  it('has fewer caches ask the origin for one key at once with XFetch than with a plain TTL', async () => {
    const [plain, early] = [await outcome(PLAIN), await outcome('XFetch')];
    expect(plain.herd).toBe(scenario.caches);
    expect(early.herd).toBeLessThan(plain.herd);
  });

  it('loads a hot key once in a life and its load, in each cache, with a plain TTL', async () => {
    const { caches, ttlMs, latencyMs } = scenario;
    const plain = await outcomeOf(PLAIN, { ...scenario, keys: 1 });
    const lives = (scenario.lives * ttlMs) / (ttlMs + latencyMs);
    expect(plain.originCalls).toBeGreaterThanOrEqual(Math.floor(lives) * caches);
    expect(plain.originCalls).toBeLessThanOrEqual(Math.ceil(lives) * caches);
  });

  it('answers values that are younger, for more calls of the origin, with refresh-ahead', async () => {
    const [plain, ahead] = [await outcome(PLAIN), await outcome('refresh-ahead')];
    expect(ahead.meanAgeMs).toBeLessThan(plain.meanAgeMs);
    expect(ahead.originCalls).toBeGreaterThan(plain.originCalls);
  });

  it('comes to the same figures again with the same seed, and to others with another', async () => {
    const first = await outcome('XFetch');
    expect(await outcomeOf('XFetch')).toEqual(first);
    expect(await outcomeOf('XFetch', { ...scenario, seed: 8 })).not.toEqual(first);
  });
});
