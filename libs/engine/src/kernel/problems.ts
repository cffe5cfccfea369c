import { badOptions, CacheError } from './errors.js';
import { type OptionNames, unknownNames } from './option-names.js';

/** Something whose parts may be missing, because there was a problem with them. */
export type Partially<T> = { readonly [Name in keyof T]: T[Name] | undefined };

/** Collects what is wrong with the options of one call, so that the caller is told everything at once. */
export class Problems {
  readonly #found: CacheError[] = [];

  /** What `resolve` answers; where it throws a `CacheError`, that is collected, and the answer is `undefined`. */
  check<T>(resolve: () => T): T | undefined {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof CacheError)) throw error;
      this.#found.push(error);
      return undefined;
    }
  }

  /** Collects each name in `options` that no option has. @param prefix of options within options, such as `writeBack.`. */
  checkNames(options: object, known: OptionNames, prefix = ''): void {
    this.#found.push(...unknownNames(options, known, prefix));
  }

  /**
   * What was built from the answers of {@link check}: where nothing was wrong, no part of it is undefined for want of a value.
   * @throws CacheError with every problem in its message.
   */
  settle<T>(built: Partially<T>): T {
    if (this.#found.length > 0) throw badOptions(this.#found);
    // Every check has answered.
    return built as T;
  }
}
