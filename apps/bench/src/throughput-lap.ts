import { BOUND, type Contestant, contestants } from './contestants.js';
import { type Course, fill, layCourse, type Row, rows } from './throughput-rows.js';

/** One contestant's figures of one round, in operations per second, by row. */
export type Lap = Readonly<Record<string, number>>;

/** Kept, since code that was optimised for a cache is thrown away together with it, and would be made anew on the clock. */
const warmedUp: Contestant[] = [];

const [name = '', capacity = '', operations = ''] = process.argv.slice(2);
console.log(JSON.stringify(runLap(name, layCourse(Number(capacity)), Number(operations))));

function runLap(contestant: string, course: Course, count: number): Lap {
  const open = contestants.get(contestant);
  if (open === undefined) throw new Error(`no contestant is called ${contestant}`);
  const run = rows.filter((row) => contestant !== BOUND || !row.evicts);
  return Object.fromEntries(run.map((row) => [row.name, timed(row, open, { course, count })]));
}

interface Stage {
  readonly course: Course;
  readonly count: number;
}

/** Warms up on a cache of its own, then takes the time on a full and fresh one. */
function timed(row: Row, open: (capacity: number) => Contestant, { course, count }: Stage): number {
  const warmUp = filled(open, course);
  warmedUp.push(warmUp);
  for (let part = 0; part < 4; part++) row.run(warmUp, course, count / 8);
  const cache = filled(open, course);
  globalThis.gc?.();
  const start = performance.now();
  row.run(cache, course, count);
  return count / ((performance.now() - start) / 1000);
}

function filled(open: (capacity: number) => Contestant, course: Course): Contestant {
  const cache = open(course.capacity);
  fill(cache, course);
  return cache;
}
