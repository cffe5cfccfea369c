import { badOption } from '../kernel/errors.js';
import type { Ageing } from '../kernel/residents.js';

/** Beyond so many reads, a refresh begins when less than this share of the life is left. */
export interface RefreshStep {
  readonly reads: number;
  readonly below: number;
}

/** When values are refreshed ahead of their expiry: the default steps, one share for all, or steps of your own. */
export type RefreshAheadChoice = boolean | number | readonly RefreshStep[];

const DEFAULT_STEPS: readonly RefreshStep[] = [
  { reads: 0, below: 0.2 },
  { reads: 10, below: 0.3 },
  { reads: 100, below: 0.5 },
];

/** Whether a value that is read now is to be loaded anew while it is still fresh. */
export function isDueAhead(steps: readonly RefreshStep[], { lifeMs, leftMs, reads }: Ageing): boolean {
  if (lifeMs === Infinity) return false;
  let below = 0;
  for (const step of steps) if (reads > step.reads) below = step.below;
  return leftMs < below * lifeMs;
}

/** The steps in order of reads; `undefined` where nothing is refreshed. @throws CacheError `bad_option`. */
export function parseRefreshAhead(
  choice: RefreshAheadChoice | undefined,
): readonly RefreshStep[] | undefined {
  if (choice === undefined || choice === false) return undefined;
  if (choice === true) return DEFAULT_STEPS;
  const steps = typeof choice === 'number' ? [{ reads: 0, below: choice }] : choice;
  if (!Array.isArray(steps) || steps.length === 0 || !steps.every(isStep)) throw badChoice(choice);
  return steps.toSorted((a, b) => a.reads - b.reads);
}

function isStep(step: unknown): step is RefreshStep {
  if (typeof step !== 'object' || step === null) return false;
  // Every property of an object can be asked for.
  const { reads, below } = step as Partial<RefreshStep>;
  return typeof reads === 'number' && reads >= 0 && typeof below === 'number' && below > 0 && below < 1;
}

function badChoice(found: unknown): Error {
  return badOption(
    'refreshAhead',
    'true, a share between 0 and 1, or steps such as [{ reads: 0, below: 0.2 }]',
    found,
  );
}
