import { describe, expect, it } from '@jest/globals';
import { Sweep } from './sweep.js';

describe('Sweep', () => {
  it('lets the event loop have its turn while it goes on', async () => {
    let turns = 0;
    const count = (): NodeJS.Immediate => setImmediate(() => (turns++, (timer = count())));
    let timer = count();
    const sweep = new Sweep(() => Array.from({ length: 100_000 }));
    await sweep.run();
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(99);
  });

  it('serves all who ask during a pass by one more', async () => {
    let passes = 0;
    const sweep = new Sweep(() => (passes++, Array.from({ length: 2500 })));
    await Promise.all([sweep.run(), sweep.run(), sweep.run(), sweep.run()]);
    expect(passes).toBe(2);
    await sweep.run();
    expect(passes).toBe(3);
  });

  it('tells of a pass that threw, and goes on with the next', async () => {
    let isBroken = true;
    const sweep = new Sweep(function* () {
      yield* Array.from({ length: 1500 });
      if (isBroken) throw new Error('broken');
    });
    const first = sweep.run();
    const second = sweep.run();
    await expect(first).rejects.toThrow('broken');
    isBroken = false;
    await expect(second).resolves.toBeUndefined();
  });
});
