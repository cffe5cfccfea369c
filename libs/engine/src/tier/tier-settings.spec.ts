import { describe, expect, it } from '@jest/globals';
import { Problems } from '../kernel/problems.js';
import { type ResolvedTierSettings, resolveTierSettings, type TierSettings } from './tier-settings.js';

/** What settings come to, of which no type has been checked. */
function resolve(settings: unknown): ResolvedTierSettings {
  const problems = new Problems();
  return problems.settle<ResolvedTierSettings>(resolveTierSettings(settings as TierSettings, problems));
}

const DURATION = "must be a positive number of milliseconds or a string such as '5m'";

describe('the settings of a shared tier', () => {
  it('are those of a tier that is near, where nothing is said', () => {
    const settings = {
      timeoutMs: 250,
      openTimeoutMs: 500,
      maxBlindMs: 1000,
      settleMs: 1500,
      whenDown: 'remember',
    };
    expect(resolve({})).toEqual(settings);
    expect(resolve({ timeout: undefined, whenDown: undefined })).toEqual(settings);
  });

  it('are taken as milliseconds, or as durations', () => {
    const said = { timeout: 40, openTimeout: '3s', maxBlind: '250ms', settle: '1m', whenDown: 'refuse' };
    expect(resolve(said)).toEqual({
      timeoutMs: 40,
      openTimeoutMs: 3000,
      maxBlindMs: 250,
      settleMs: 60_000,
      whenDown: 'refuse',
    });
  });

  it.each([
    [{ timeout: 0 }, `tier.timeout ${DURATION}, got 0`],
    [{ openTimeout: 'soon' }, `tier.openTimeout ${DURATION}, got "soon"`],
    [{ maxBlind: -5 }, `tier.maxBlind ${DURATION}, got -5`],
    [{ settle: true }, `tier.settle ${DURATION}, got true`],
    [{ timeout: [1, 2] }, `tier.timeout ${DURATION}, got an array of 2`],
    [{ whenDown: 'memory' }, "tier.whenDown must be 'remember' or 'refuse', got \"memory\""],
    [{ whenDown: false }, "tier.whenDown must be 'remember' or 'refuse', got false"],
    [
      { timeOut: 5 },
      'there is no option tier.timeOut; there are tier.timeout, tier.openTimeout, tier.maxBlind, tier.settle, tier.whenDown',
    ],
    ['fast', 'tier must be an object such as { timeout: \'250ms\' }, got "fast"'],
    [null, "tier must be an object such as { timeout: '250ms' }, got null"],
    [[], "tier must be an object such as { timeout: '250ms' }, got an array of 0"],
    [[5], "tier must be an object such as { timeout: '250ms' }, got an array of 1"],
    [500, "tier must be an object such as { timeout: '250ms' }, got 500"],
  ])('are named where they are wrong, with what was found: %j', (settings, message) => {
    expect(() => resolve(settings)).toThrow(expect.objectContaining({ code: 'bad_option', message }));
  });

  it('are all named at once', () => {
    const wrong = { timeout: 0, openTimeout: 0, maxBlind: 0, settle: 0, whenDown: 0, other: 0 };
    let message = '';
    try {
      resolve(wrong);
    } catch (error) {
      ({ message } = error as Error);
    }
    const named = Array.from(
      message.matchAll(/^- (?:there is no option )?(tier\.\w+)/gm),
      ([, name]) => name,
    );
    expect(named).toEqual([
      'tier.other',
      'tier.timeout',
      'tier.openTimeout',
      'tier.maxBlind',
      'tier.settle',
      'tier.whenDown',
    ]);
  });
});
