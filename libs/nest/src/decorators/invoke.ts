import { defer, lastValueFrom, mergeMap, type Observable, toArray } from 'rxjs';
import type { Advice, Around, Call, Run } from './advice.js';
import type { ReturnKind } from './return-kind.js';

/** An advice, and what it does for the class of the call. */
interface Bound {
  readonly advice: Advice;
  readonly around: Around;
}

/** Calls a method with an advice around it; what comes back arrives as the method's own result does. */
export function invoke(kind: ReturnKind, bound: Bound, call: Call): unknown {
  return kind === 'promise' ? invokePromise(bound, call) : invokeObservable(bound, call);
}

function invokePromise({ advice, around }: Bound, call: Call): Promise<unknown> {
  const run = async (): Promise<unknown> => call.method();
  try {
    return applies(advice, call.args) ? around(call, run) : run();
  } catch (error) {
    return advice.isRead === true ? runUncached(call, run, error) : Promise.reject(error);
  }
}

function invokeObservable({ advice, around }: Bound, call: Call): Observable<unknown> {
  // declaredKind or observedKind has told that it is one.
  const source = (): Observable<unknown> => call.method() as Observable<unknown>;
  const run: Run = () => lastValueFrom(source().pipe(toArray()));
  return defer(() => {
    try {
      if (!applies(advice, call.args)) return source();
      const kept = around(call, run);
      // Under a shared key, a method that returns a promise may have kept a value that is no list.
      return defer(() => kept).pipe(mergeMap((list) => (Array.isArray(list) ? list : [list])));
    } catch (error) {
      if (advice.isRead !== true) throw error;
      return runUncached(call, source, error);
    }
  });
}

/** A read whose key cannot be had is still answered. */
function runUncached<T>({ manager, site }: Call, run: () => T, error: unknown): T {
  manager.warnings.warn(site.where, 'ran without the cache', error);
  return run();
}

function applies({ options: { condition } }: Advice, args: never[]): boolean {
  return condition === undefined || condition(...args);
}
