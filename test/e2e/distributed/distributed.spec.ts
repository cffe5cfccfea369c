import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  describeWithRedis,
  type RedisServer,
  startCluster,
  startRedis,
} from '../../support/redis-servers.js';
import { type Cast, Casting } from './cast.js';
import { itReachesManyKeys, itTellsOfChanges } from './changes.js';
import { keysOn } from './keys-on.js';
import type { Place } from './place.js';
import { itFencesLoads } from './races.js';
import { itLoadsOnce, itLoadsOnceMoreAfterAKill } from './stampedes.js';
import { itConverges } from './writers.js';

/** Starting four processes is what takes longest on a machine that has other work to do. */
const START_MS = 120_000;

describeWithRedis()('four processes of an application', () => {
  const casting = new Casting();
  afterAll(() => casting.end());

  /** Opens the application at a place that is made for the tests of one block. */
  function castAt(start: () => Promise<{ readonly place: Place; readonly servers: readonly RedisServer[] }>) {
    let found: { readonly cast: Cast; readonly servers: readonly RedisServer[] } | undefined;
    beforeAll(async () => {
      const { place, servers } = await start();
      found = { cast: await casting.cast(place), servers };
    }, START_MS);
    const sure = () => {
      if (found === undefined) throw new Error('the application was not opened');
      return found;
    };
    return { cast: () => sure().cast, servers: () => sure().servers };
  }

  function itShares(cast: () => Cast): void {
    itTellsOfChanges(cast);
    itReachesManyKeys(cast);
    itFencesLoads(cast);
    itConverges(cast);
    itLoadsOnce(cast);
    itLoadsOnceMoreAfterAKill(cast);
  }

  describe('over one Redis', () => {
    const { cast } = castAt(async () => {
      const server = await startRedis();
      return { place: { kind: 'server', url: server.url }, servers: [server] };
    });

    itShares(cast);
  });

  describe('over a ring of three Redis servers', () => {
    const { cast, servers } = castAt(async () => {
      const started = await Promise.all([startRedis(), startRedis(), startRedis()]);
      return { place: { kind: 'ring', urls: started.map(({ url }) => url) }, servers: started };
    });

    it('has entries on every server', async () => {
      const ids = Array.from({ length: 60 }, (_, at) => `spread/${at}`);
      await cast().all[0]?.ask('setMany', ids, 'owl');
      expect(Math.min(...(await keysOn(servers(), 'bird:spread/')))).toBeGreaterThan(0);
    });

    itShares(cast);
  });

  describe('over a Redis Cluster of three masters and three replicas', () => {
    const { cast, servers } = castAt(async () => {
      const { nodes, urls } = await startCluster();
      return { place: { kind: 'cluster', urls }, servers: nodes.slice(0, 3) };
    });

    it('has keys with the same hash tag on one master, and others on all', async () => {
      const numbers = Array.from({ length: 60 }, (_, at) => at);
      const tagged = numbers.map((at) => `{tagged}/${at}`);
      const [one, two] = cast().all;
      await one?.ask('setMany', tagged, 'owl');
      await one?.ask(
        'setMany',
        numbers.map((at) => `spread/${at}`),
        'owl',
      );
      expect((await keysOn(servers(), '{tagged}')).sort()).toEqual([0, 0, 60]);
      const spread = await keysOn(servers(), 'bird:spread/');
      expect([Math.min(...spread) > 0, spread.reduce((sum, count) => sum + count, 0)]).toEqual([true, 60]);
      expect(await two?.ask('getMany', tagged)).toEqual(tagged.map(() => 'owl'));
    });

    itShares(cast);
  });
});
