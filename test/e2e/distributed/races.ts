import { expect, it } from '@jest/globals';
import type { AppProcess } from './app-process.js';
import type { Cast } from './cast.js';
import { eventually } from './eventually.js';

const BATCHES = 10;
const KEYS = 100;

/** Registers tests of what is changed in one process while another loads it. */
export function itFencesLoads(cast: () => Cast): void {
  it(`keeps nowhere what was loaded before another process has deleted it, of ${BATCHES * KEYS} loads`, async () => {
    const [loader, deleter, other] = three(cast());
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const ids = Array.from({ length: KEYS }, (_, at) => `race/${batch}/${at}`);
      await loader.ask('beginLoads', ids, 'old');
      if (batch % 2 === 0) {
        await deleter.ask('removeMany', ids);
        expect(await loader.ask('endLoads')).toBe(KEYS);
      } else {
        // The deletion and the end of the load overtake each other.
        const [, ended] = await Promise.all([deleter.ask('removeMany', ids), loader.ask('endLoads')]);
        expect(ended).toBe(KEYS);
      }
      const places = async (): Promise<unknown[]> => {
        const memories = await Promise.all([loader, deleter, other].map((each) => each.ask('peek', ids)));
        return [...memories.flat(), ...(await cast().shared(ids))];
      };
      const held = await eventually(places, (found) => found.every((each) => each === undefined), 2000);
      expect([batch, held.filter((each) => each !== undefined)]).toEqual([batch, []]);
    }
  });
}

function three({ all }: Cast): readonly [AppProcess, AppProcess, AppProcess] {
  const [one, two, three] = all;
  if (one === undefined || two === undefined || three === undefined)
    throw new Error('three processes are needed');
  return [one, two, three];
}
