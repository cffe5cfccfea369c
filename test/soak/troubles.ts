import type { Random } from 'nuthatch/engine';

/** How often each trouble comes, as shares of all calls; the rest is answered at once. */
export interface Troubles {
  readonly random: Random;
  /** How long a call hangs before it fails after all. */
  readonly hangMs: number;
}

const HANGS = 0.02;
const FAILS = 0.08;
const IS_LATE = 0.25;
const LATEST_MS = 400;

/** Answers, at once or late, or fails, at once or after a long silence. */
export async function troubled<T>({ random, hangMs }: Troubles, answer: () => T | Promise<T>): Promise<T> {
  const chance = random.next();
  if (chance < HANGS) {
    await pause(hangMs);
    throw new Error('nobody there');
  }
  if (chance < HANGS + FAILS) throw new Error('refused');
  if (chance < HANGS + FAILS + IS_LATE) await pause(random.next() * LATEST_MS);
  return answer();
}

/** Lets real time pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
