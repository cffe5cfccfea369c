import { expect, it } from '@jest/globals';
import { richCodec } from 'nuthatch/engine';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cast } from './cast.js';
import type { Bird } from './source.js';

const IDS = Array.from({ length: 200 }, (_, at) => `written/${at}`);
const QUIET_MS = 1000;

/** Registers tests of several processes that write the same keys. Their wall clocks are wrong by up to an hour. */
export function itConverges(cast: () => Cast): void {
  it('has the same in every memory as in the tier, once four writers of the same 200 keys are quiet', async () => {
    const { all, shared } = cast();
    await Promise.all(
      all.map((each, at) =>
        each.ask('write', { ids: IDS, rounds: 3, mostPauseMs: 10, by: `writer ${at} in round` }),
      ),
    );
    await sleep(QUIET_MS);
    const rows = await shared(IDS);
    const inTier = rows.map((row) => row && (richCodec().decode(row.value, row.key) as Bird).name);
    const memories = await Promise.all(all.map((each) => each.ask('peek', IDS)));
    const diverged = memories.flatMap((memory, at) =>
      memory.flatMap((name, index) =>
        name === undefined || name === inTier[index]
          ? []
          : [`process ${at}: ${IDS[index]} is ${name}, not ${inTier[index]}`],
      ),
    );
    const troubles = await Promise.all(all.map((each) => each.ask('troubles')));
    expect({ diverged, troubles }).toEqual({ diverged: [], troubles: all.map(() => []) });
    // And whoever reads now, reads that.
    const read = await Promise.all(all.map((each) => each.ask('getMany', IDS)));
    expect(read).toEqual(all.map(() => inTier));
  });
}
