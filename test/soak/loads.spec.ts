import { forgetInside, inside } from '../interleavings/probe.js';
import { faultsOf, soakLoads } from './loads.js';

describe('callers of a cache whose store and loaders hang, fail and are late', () => {
  it('are all answered within three seconds of real time, and nothing is left behind', async () => {
    forgetInside();
    const report = await soakLoads({ durationMs: 3000, seed: 2026, callers: 16, hangMs: 1000 });
    expect(report.calls).toBeGreaterThan(100);
    expect([report.unhandled, faultsOf(report)]).toEqual([[], []]);
    expect(inside()).toEqual({ fences: 0, flights: 0 });
  });
});
