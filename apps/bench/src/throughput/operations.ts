import type { Subject, Value } from '../field/contestant.js';
import type { Course, Requests } from './course.js';

export type OperationName = 'getHit' | 'getMiss' | 'setUpdate' | 'setEvict' | 'zipf';

/** One column of the table. */
export interface Operation {
  readonly name: OperationName;
  /** Whether it needs a cache that evicts. */
  readonly evicts: boolean;
  /** How many times the capacity it runs, at least, where it evicts. */
  readonly turns: number;
  requests(course: Course): Requests;
  /** Makes requests, around and around; answers how many of them found something, which is also what keeps them from being optimised away. */
  run(cache: Subject, requests: Requests, span: Span): number;
  /** Whether a cache that did what is measured finds this share of what it is asked for. */
  accepts(foundShare: number): boolean;
}

export interface Span {
  readonly start: number;
  readonly count: number;
}

const onFilled = { evicts: false, turns: 0 } as const;

/** In the order in which they run on one cache. */
export const operations: readonly Operation[] = [
  { ...onFilled, name: 'getHit', requests: ({ hits }) => hits, run: read, accepts: (share) => share === 1 },
  {
    ...onFilled,
    name: 'getMiss',
    requests: ({ misses }) => misses,
    run: read,
    accepts: (share) => share === 0,
  },
  { ...onFilled, name: 'setUpdate', requests: ({ hits }) => hits, run: write, accepts: () => true },
  {
    evicts: true,
    turns: 1,
    name: 'zipf',
    requests: ({ zipf }) => zipf,
    run: readOrWrite,
    accepts: (share) => share > 0.3,
  },
  {
    evicts: true,
    turns: 1.5,
    name: 'setEvict',
    requests: ({ newcomers }) => newcomers,
    run: write,
    accepts: () => true,
  },
];

/** @throws Error where there is none of the name. */
export function operationOf(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no operation is called ${name}`);
  return found;
}

function read(cache: Subject, { keys }: Requests, { start, count }: Span): number {
  let found = 0;
  for (let turn = 0, at = start % keys.length; turn < count; turn++) {
    if (cache.get(keys[at] as string) !== undefined) found++;
    if (++at === keys.length) at = 0;
  }
  return found;
}

function write(cache: Subject, { keys, values }: Requests, { start, count }: Span): number {
  for (let turn = 0, at = start % keys.length; turn < count; turn++) {
    cache.set(keys[at] as string, values[at] as Value);
    if (++at === keys.length) at = 0;
  }
  return 0;
}

function readOrWrite(cache: Subject, { keys, values }: Requests, { start, count }: Span): number {
  let found = 0;
  for (let turn = 0, at = start % keys.length; turn < count; turn++) {
    const key = keys[at] as string;
    if (cache.get(key) === undefined) cache.set(key, values[at] as Value);
    else found++;
    if (++at === keys.length) at = 0;
  }
  return found;
}
