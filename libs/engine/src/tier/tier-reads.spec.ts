import { describe, expect, it } from '@jest/globals';
import type { Row } from '../store/backing-store.js';
import { TierReads, type TierReadsParts } from './tier-reads.js';

const row = (key: string): Row => ({
  key,
  value: `"${key}"`,
  version: 1,
  tags: [],
  expiresAt: undefined,
  freshUntil: undefined,
});

/** A tier that has what `has` says, and how it was asked. */
function open({ has = true, isSpread = false } = {}) {
  const asked: string[] = [];
  const failures: string[] = [];
  const link = { isReadable: true };
  const state = { error: undefined as Error | undefined };
  const answer = (question: string): void => {
    asked.push(question);
    if (state.error !== undefined) throw state.error;
  };
  const parts = {
    shared: {
      get: async (key: string) => (answer(`get ${key}`), has ? row(key) : undefined),
      getMany: async (keys: readonly string[]) => (
        answer(`getMany ${keys.join()}`),
        has ? keys.map(row) : []
      ),
    },
    tier: { isSpread },
    link,
    leases: {
      readToLoad: async (key: string) => (answer(`claim ${key}`), has ? row(key) : undefined),
    },
    failed: (operation: string) => failures.push(operation),
  };
  // The rest of a store is not for reading.
  return { reads: new TierReads(parts as unknown as TierReadsParts), asked, failures, link, state };
}

const toLoad = { leaseMs: 2000, granted: (): void => undefined };

describe('reads of the shared tier', () => {
  it('are made one where they come together, and say where they come from', async () => {
    const { reads, asked } = open();
    const found = await Promise.all(['owl', 'wren', 'owl'].map((key) => reads.get(key)));
    expect(asked).toEqual(['getMany owl,wren']);
    expect(found.map((each) => [each?.key, each?.from])).toEqual([
      ['owl', 'shared'],
      ['wren', 'shared'],
      ['owl', 'shared'],
    ]);
  });

  it('are made one by one where a part of the tier may fail alone', async () => {
    const { reads, asked } = open({ isSpread: true });
    await Promise.all(['owl', 'wren'].map((key) => reads.get(key)));
    expect(asked).toEqual(['get owl', 'get wren']);
  });

  it('find nothing where the tier cannot be vouched for, be it when the answer comes', async () => {
    const { reads, asked, link } = open();
    const late = reads.get('owl');
    link.isReadable = false;
    expect([await late, await reads.get('wren'), await reads.getMany(['jay'])]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    expect(await reads.getToLoad('tit', toLoad)).toBeUndefined();
    expect(asked).toEqual(['get owl']);
  });

  it('find nothing where the tier fails, which is reported', async () => {
    const { reads, state, failures } = open();
    state.error = new Error('down');
    expect([await reads.get('owl'), await reads.getMany(['wren', 'jay'])]).toEqual([undefined, []]);
    expect(failures).toEqual(['read owl', 'read 2 keys']);
  });
});

describe('reads for a load', () => {
  it('are reads as long as the tier mostly has what is asked for', async () => {
    const { reads, asked } = open();
    for (let read = 0; read < 50; read++) await reads.getToLoad('owl', toLoad);
    expect(new Set(asked)).toEqual(new Set(['get owl']));
  });

  it('ask for the right to load along with the entry where it seldom has it, and no more once it has', async () => {
    const { reads, asked } = open({ has: false });
    for (let read = 0; read < 50; read++) await reads.getToLoad('owl', toLoad);
    expect([asked[0], asked.at(-1)]).toEqual(['get owl', 'claim owl']);
    const warm = open({ has: true });
    for (let read = 0; read < 50; read++) await warm.reads.getToLoad('owl', toLoad);
    expect(warm.asked.at(-1)).toBe('get owl');
  });

  it('find nothing where the tier fails, which is reported', async () => {
    const { reads, state, failures, asked } = open({ has: false });
    for (let read = 0; read < 50; read++) await reads.getToLoad('owl', toLoad);
    state.error = new Error('down');
    expect(await reads.getToLoad('owl', toLoad)).toBeUndefined();
    expect([failures, asked.at(-1)]).toEqual([['read owl'], 'claim owl']);
  });
});
