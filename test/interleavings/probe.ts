import { Fences } from '../../libs/engine/src/load/fence.js';
import { SingleFlight } from '../../libs/engine/src/load/single-flight.js';

/** What is in flight inside a cache. */
export interface Inside {
  readonly fences: number;
  readonly flights: number;
}

const fences = new Set<Fences>();
const flights = new Set<SingleFlight<unknown>>();

const enter = Fences.prototype.enter;
Fences.prototype.enter = function seen(this: Fences, ...args) {
  fences.add(this);
  return enter.apply(this, args);
};

const join = SingleFlight.prototype.join;
SingleFlight.prototype.join = function seen(this: SingleFlight<unknown>, ...args) {
  flights.add(this);
  return join.apply(this, args);
};

/** Forgets the caches seen so far. */
export function forgetInside(): void {
  fences.clear();
  flights.clear();
}

/** What is in flight in the caches that were seen since. */
export function inside(): Inside {
  const sum = (sizes: Iterable<{ readonly size: number }>): number =>
    [...sizes].reduce((total, { size }) => total + size, 0);
  return { fences: sum(fences), flights: sum(flights) };
}
