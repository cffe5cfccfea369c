import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeparturesDatabase } from '../src/data/departures-database.js';
import { highVolume } from '../src/scenarios/high-volume.js';
import { lruEviction } from '../src/scenarios/lru-eviction.js';
import { Narrator } from '../src/scenarios/narrator.js';
import type { Scenario } from '../src/scenarios/scenario.js';
import { scenarios } from '../src/scenarios/scenarios.js';
import { snapshotRestore } from '../src/scenarios/snapshot-restore.js';
import { strategySwap } from '../src/scenarios/strategy-swap.js';
import { ttlLifeCycle } from '../src/scenarios/ttl-life-cycle.js';
import { writePolicies } from '../src/scenarios/write-policies.js';
import { temporaryFolder } from './temporary-folder.js';

describe('the guided scenarios', () => {
  const place = temporaryFolder();
  const lines: string[] = [];
  let database: DeparturesDatabase;

  beforeAll(() => {
    database = DeparturesDatabase.open(place.folder);
  });

  afterAll(() => {
    database.close();
    place.remove();
  });

  function play<Facts>(scenario: Scenario<Facts>): Promise<Facts> {
    const say = new Narrator((line) => lines.push(line));
    return scenario.play({ database, folder: place.folder, say });
  }

  it('are six, in the order of their numbers', () => {
    expect(scenarios.map(({ title }) => title.slice(0, 1))).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('LRU evicts the airport whose last use is longest ago', async () => {
    const facts = await play(lruEviction);
    expect(facts).toMatchObject({ evicted: ['ORD'], hitsOfEvicted: [0], kept: ['ATL', 'DFW', 'LAX'] });
    expect(facts).toMatchObject({ hits: 1, misses: 1 });
    expect(facts.withMs).toBeLessThan(facts.withoutMs);
  });

  it('TTL hides what has expired, and the sweep removes what nobody reads', async () => {
    expect(await play(ttlLifeCycle)).toEqual({
      aliveAt59s: ['ATL', 'ORD', 'DEN'],
      readAt61s: ['ATL', 'DEN'],
      expired: ['ORD (60 s old)', 'ORD (300 s old)', 'ATL (300 s old)'],
      left: ['DEN'],
      expirations: 3,
      loads: 1,
    });
  });

  it('hubs survive a scan once LFU is in charge, and not under LRU', async () => {
    const facts = await play(strategySwap);
    expect(facts.hubs).toEqual(['ATL', 'ORD', 'DFW', 'DEN']);
    expect(facts.before.slice(0, 4)).toEqual(facts.hubs);
    expect(facts.after.slice(4)).toEqual(facts.hubs);
    expect(facts.after.toSorted()).toEqual(facts.before.toSorted());
    expect(facts.survivorsWithLru).toEqual([]);
    expect(facts.survivorsWithLfu).toEqual(facts.hubs);
  });

  it('no write is lost between write-through, write-back, flush and close', async () => {
    const facts = await play(writePolicies);
    expect(facts.readings.map(({ rows, pending }) => [rows, pending])).toEqual([
      [1, 0],
      [1, 0],
      [1, 3],
      [4, 0],
      [4, 1],
      [5, 0],
    ]);
    expect(facts).toMatchObject({ readWhilePending: 'D3', flushedAtClose: 1, integrity: 'ok' });
    expect(facts.reopened).toEqual({
      'ATL-BOS-1': 'B12',
      'ATL-DFW-1': 'A1',
      'ATL-DEN-1': 'C7',
      'ATL-ORD-1': 'D3',
      'ATL-LGA-1': 'T3',
      'ATL-MCO-1': 'T9',
    });
  });

  it('undo, redo and restore bring back exactly what was there', async () => {
    const facts = await play(snapshotRestore);
    const atFirst = { 'ATL-BOS-1': 'boarding', 'ATL-DFW-1': 'scheduled', 'ATL-ORD-1': 'delayed' };
    expect(facts.afterUndo).toEqual(atFirst);
    expect(facts.afterRedo).toEqual({ ...atFirst, 'ATL-BOS-1': 'cancelled' });
    expect(facts.wrecked).toEqual({ 'ATL-XXX-9': 'nonsense' });
    expect(facts.restored).toEqual(facts.atSnapshot);
    expect(facts.strategies).toEqual(['lfu', 'fifo', 'lfu']);
    expect(facts).toMatchObject({ conflict: 'undo_conflict', refusal: 'bad_snapshot' });
  });

  it('the books of the high volume balance', async () => {
    const { metrics, ...facts } = await play(highVolume);
    expect(metrics.hits + metrics.misses).toBe(facts.lookUps);
    expect(metrics.loads).toBe(metrics.misses);
    expect(metrics.evictions + metrics.expirations).toBe(metrics.loads);
    expect(metrics.expirations).toBeGreaterThanOrEqual(facts.swept);
    expect(metrics.current_items).toBe(0);
    expect(facts.mostItems).toBe(500);
  }, 60_000);

  it('fit on a screen of a hundred columns', () => {
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines.length).toBeGreaterThan(40);
  });
});
