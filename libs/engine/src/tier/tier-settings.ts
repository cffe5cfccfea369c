import { type Duration, parseDuration } from '../kernel/duration.js';
import { badOption } from '../kernel/errors.js';
import type { Partially, Problems } from '../kernel/problems.js';

/** How a cache shares what it has with other processes. */
export interface TierSettings {
  /** How long a call on the shared tier may take; 250 milliseconds by default. A read that takes longer is a miss; a write is made up for later. */
  readonly timeout?: Duration | undefined;
  /** How long opening the cache waits for the tier; 500 milliseconds by default. Then it is open without it, and goes on trying. */
  readonly openTimeout?: Duration | undefined;
  /**
   * For how long memory is trusted without a word of the bus; 1 second by default. It bounds how old a value may be that another process has
   * changed. Beyond it, what was loaded or written longer ago is loaded anew.
   */
  readonly maxBlind?: Duration | undefined;
  /**
   * How long the tier is not read once it is back, or a server of it was replaced, so that every process can make up for what it has missed; 1.5
   * seconds by default. Until then memory shows nothing either that is older than `maxBlind`.
   */
  readonly settle?: Duration | undefined;
  /**
   * What becomes of a change while the tier or the bus cannot be told. `'remember'`, the default: it is acknowledged and made up for; who has lost the
   * tier, too, trusts nothing for longer than `maxBlind`. `'refuse'`: the caller gets the error, so that a process that alone has lost its way
   * to the tier changes nothing that others do not learn of.
   */
  readonly whenDown?: 'remember' | 'refuse' | undefined;
}

/** {@link TierSettings}, checked and filled in. */
export interface ResolvedTierSettings {
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
  readonly maxBlindMs: number;
  readonly settleMs: number;
  readonly whenDown: 'remember' | 'refuse';
}

const DEFAULTS: Readonly<Record<Exclude<keyof TierSettings, 'whenDown'>, Duration>> = {
  timeout: 250,
  openTimeout: 500,
  maxBlind: 1000,
  settle: 1500,
};

const KNOWN: Readonly<Record<keyof TierSettings, true>> = {
  timeout: true,
  openTimeout: true,
  maxBlind: true,
  settle: true,
  whenDown: true,
};

/** The settings, checked and filled in; what is wrong with them is collected in `problems`. */
export function resolveTierSettings(
  settings: TierSettings,
  problems: Problems,
): Partially<ResolvedTierSettings> {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    problems.check(() => refuse(settings));
    return resolveTierSettings({}, problems);
  }
  problems.checkNames(settings, KNOWN, 'tier.');
  const duration = (name: keyof typeof DEFAULTS): number | undefined =>
    problems.check(() => parseDuration(`tier.${name}`, settings[name] ?? DEFAULTS[name]));
  return {
    timeoutMs: duration('timeout'),
    openTimeoutMs: duration('openTimeout'),
    maxBlindMs: duration('maxBlind'),
    settleMs: duration('settle'),
    whenDown: problems.check(() => parseWhenDown(settings.whenDown ?? 'remember')),
  };
}

function parseWhenDown(whenDown: string): 'remember' | 'refuse' {
  if (whenDown === 'remember' || whenDown === 'refuse') return whenDown;
  throw badOption('tier.whenDown', "'remember' or 'refuse'", whenDown);
}

function refuse(found: unknown): never {
  throw badOption('tier', "an object such as { timeout: '250ms' }", found);
}
