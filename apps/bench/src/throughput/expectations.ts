import { readFileSync } from 'node:fs';
import type { OperationName } from './operations.js';
import type { Row } from './race.js';

/** A ratio that is kept: one line of expected-ratios.json. What is left out means all of them. */
export interface Expectation {
  readonly library: string;
  readonly operation?: OperationName;
  readonly size?: number;
  readonly ttl?: boolean;
  /** The ratio is to the fastest of these that took part. */
  readonly against: readonly string[];
  readonly ratio: number;
}

// The file is in the repository, and a specification reads it through.
export const expectations = JSON.parse(
  readFileSync(new URL('../../expected-ratios.json', import.meta.url), 'utf8'),
) as readonly Expectation[];

/** What is expected of a row: the last line that fits, so that an exception follows its rule. */
export function expectationOf(row: Row, all: readonly Expectation[]): Expectation | undefined {
  return all.findLast(
    ({ library, operation = row.operation, size = row.size, ttl = row.ttl }) =>
      library === row.library && operation === row.operation && size === row.size && ttl === row.ttl,
  );
}
