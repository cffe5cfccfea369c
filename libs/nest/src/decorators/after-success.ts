import type { Advice, Around, Call } from './advice.js';
import type { CacheConfigOptions } from './cache-config.decorator.js';

/** What is done with the result of a method once it has succeeded. */
export type Finish = (result: unknown) => Promise<void>;

/** Reads the arguments of a call before the method runs, which may change them; what it throws costs nothing. */
export type Prepare = (call: Call) => Finish;

/** An advice that acts on a cache once a method has succeeded. */
export interface Finishing extends Advice {
  /** What it does for the methods of one class. */
  prepare(config: CacheConfigOptions): Prepare;
}

/** Runs the method between preparing and acting. */
export function afterSuccess(prepare: Prepare): Around {
  return async (call, run) => {
    const finish = prepare(call);
    const result = await run();
    await finish(result);
    return result;
  };
}
