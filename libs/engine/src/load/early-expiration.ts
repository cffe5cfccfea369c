import { badOption } from '../kernel/errors.js';
import { assertKnown } from '../kernel/option-names.js';
import type { Random } from '../kernel/random.js';
import type { Ageing } from '../kernel/residents.js';

/** How values are loaded anew by chance before they expire. */
export interface EarlyExpirationOptions {
  /** 1 by default; more is earlier. */
  readonly beta?: number | undefined;
  /**
   * `'xfetch'`, the default, goes by how long the load of each value took: A. Vattani, F. Chierichetti, K. Lowenstein, "Optimal Probabilistic
   * Cache Stampede Prevention", PVLDB 8(8), 2015. `'simple'` goes by the life of the value: the chance of a load is
   * exp(-left / (beta * life / 10)).
   */
  readonly formula?: 'xfetch' | 'simple' | undefined;
}

const KNOWN: readonly string[] = ['beta', 'formula'];

/** `true` is XFetch with a beta of 1. */
export type EarlyExpirationChoice = boolean | EarlyExpirationOptions;

/** As {@link EarlyExpirationOptions}, filled in. */
export interface EarlyExpiration {
  readonly beta: number;
  readonly formula: 'xfetch' | 'simple';
}

/** Whether a value that is read now is to be loaded anew although it is fresh; drawn anew at each read. */
export function isDueEarly({ beta, formula }: EarlyExpiration, ageing: Ageing, random: Random): boolean {
  const { lifeMs, leftMs, loadMs } = ageing;
  if (leftMs === Infinity) return false;
  if (formula === 'simple') return random.next() < Math.exp(-leftMs / ((beta * lifeMs) / 10));
  // 1 - next is never 0, of which there is no logarithm.
  return -loadMs * beta * Math.log(1 - random.next()) >= leftMs;
}

/** `undefined` where it is not asked for. @throws CacheError `bad_option`. */
export function parseEarlyExpiration(choice: EarlyExpirationChoice | undefined): EarlyExpiration | undefined {
  if (choice === undefined || choice === false) return undefined;
  const { beta = 1, formula = 'xfetch' } = choice === true ? {} : assertNames(choice);
  return { beta: parseBeta(beta), formula: parseFormula(formula) };
}

function assertNames(choice: EarlyExpirationOptions): EarlyExpirationOptions {
  if (typeof choice !== 'object' || choice === null)
    throw badOption('earlyExpiration', 'true or an object such as { beta: 1 }', choice);
  assertKnown(choice, KNOWN, 'earlyExpiration.');
  return choice;
}

function parseBeta(beta: unknown): number {
  if (typeof beta === 'number' && beta > 0 && beta < Infinity) return beta;
  throw badOption('earlyExpiration.beta', 'a positive number', beta);
}

function parseFormula(formula: unknown): EarlyExpiration['formula'] {
  if (formula === 'xfetch' || formula === 'simple') return formula;
  throw badOption('earlyExpiration.formula', "'xfetch' or 'simple'", formula);
}
