import { types } from 'node:util';
import type { BulkAnswer, BulkLoader } from '../load/bulk-loader.js';
import { answersOf, isError } from '../load/bulk-answer.js';
import type { LoadContext, Loader } from '../load/loader.js';
import { misloaded, SchemaMismatch } from './typed-errors.js';
import type { ValueGuard } from './value-guard.js';

/** Fetches a value from where it comes from; what it answers must fit the schema. */
export type TypedLoader<Input, Output> = (context: LoadContext<Output>) => Input | PromiseLike<Input>;

/** What a bulk loader of a typed cache answers: a `Map` by the arguments that it was given, or a list in their order. */
export type TypedBulkAnswer<Key, Input> =
  ReadonlyMap<Key, Input | Error | undefined> | readonly (Input | Error | undefined)[];

/** What a bulk loader of a typed cache is told. */
export interface TypedBulkContext<Key, Output> {
  /** Aborted when nobody waits for any of the values any more. */
  readonly signal: AbortSignal;
  /** What the load of one of them is told. */
  of(argument: Key): LoadContext<Output>;
}

/**
 * Fetches several values at once. What is missing in its answer, or `undefined`, is not found: it is not kept, and not among what
 * `getManyOrLoad` answers.
 */
export type TypedBulkLoader<Key, Input, Output> = (
  missing: readonly Key[],
  context: TypedBulkContext<Key, Output>,
) => TypedBulkAnswer<Key, Input> | PromiseLike<TypedBulkAnswer<Key, Input>>;

/** What the results of loaders are checked and tagged by. */
export interface LoadChecks<Output> {
  readonly guard: ValueGuard<unknown, Output>;
  /** The tags of a loaded value. @param said what its loader has set. */
  readonly tagsOf: (key: string, value: Output, said: readonly string[] | undefined) => readonly string[];
}

/** A loader of which only what fits is kept. @throws CacheError `bad_load` to those who wait for it. */
export function checkedLoader<Output>(
  loader: TypedLoader<unknown, Output>,
  checks: LoadChecks<Output>,
): Loader<Output> {
  return async (context) => {
    const told = new ToldContext(context);
    return told.settle(await loader(told), checks);
  };
}

/** As {@link checkedLoader}: of what does not fit, that load alone fails. @param byKey the arguments that the keys stand for. */
export function checkedBulkLoader<Key, Output>(
  loader: TypedBulkLoader<Key, unknown, Output>,
  byKey: ReadonlyMap<string, Key>,
  checks: LoadChecks<Output> & { readonly keyOf: (argument: Key) => string },
): BulkLoader<Output> {
  return async (keys, context) => {
    const told = new Map(keys.map((key) => [key, new ToldContext(context.of(key))]));
    const contextOf = (key: string): LoadContext<Output> => told.get(key) ?? context.of(key);
    // Each of the keys was made of one of the arguments.
    const missing = keys.map((key) => byKey.get(key) as Key);
    const answer = await loader(missing, {
      get signal() {
        return context.signal;
      },
      of: (argument) => contextOf(checks.keyOf(argument)),
    });
    const answers = answersOf(keys, withKeys(answer, checks.keyOf));
    return new Map(keys.map((key) => [key, told.get(key)?.settleOne(answers.get(key), checks)]));
  };
}

/** What one load is told, which remembers what its loader has said. Loaders may take it apart. */
class ToldContext<Output> implements LoadContext<Output> {
  readonly key: string;
  readonly setTags: LoadContext<Output>['setTags'];
  readonly notModified: LoadContext<Output>['notModified'];
  readonly #context: LoadContext<Output>;
  #tags: readonly string[] | undefined;
  #isUnmodified = false;

  constructor(context: LoadContext<Output>) {
    this.key = context.key;
    this.#context = context;
    this.setTags = (tags) => {
      context.setTags(tags);
      this.#tags = tags;
    };
    this.notModified = () => {
      this.#isUnmodified = true;
      return context.notModified();
    };
  }

  get stale(): LoadContext<Output>['stale'] {
    return this.#context.stale;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get setTtl(): LoadContext<Output>['setTtl'] {
    return this.#context.setTtl;
  }

  get skip(): LoadContext<Output>['skip'] {
    return this.#context.skip;
  }

  /** The result as it is kept. @throws CacheError `bad_load` */
  settle(result: unknown, { guard, tagsOf }: LoadChecks<Output>): Output {
    try {
      // What is not modified has been through the schema before.
      const value = this.#isUnmodified ? guard.check(result) : guard.admit(result);
      this.#context.setTags(tagsOf(this.key, value, this.#tags));
      return value;
    } catch (error) {
      throw error instanceof SchemaMismatch ? misloaded(this.key, error) : error;
    }
  }

  /** As {@link settle} for one of many: an error stands for itself, and what was not found is not kept. */
  settleOne(answer: unknown, checks: LoadChecks<Output>): Output | Error | undefined {
    // What stands for an error is one.
    if (isError(answer)) return answer as Error;
    if (answer === undefined) {
      this.#context.skip();
      return undefined;
    }
    try {
      return this.settle(answer, checks);
    } catch (error) {
      return isError(error) ? (error as Error) : new Error(String(error));
    }
  }
}

/** A `Map` by arguments as one by keys; a list as it is. What is neither is refused by whoever reads it. */
function withKeys<Key>(
  answer: TypedBulkAnswer<Key, unknown>,
  keyOf: (argument: Key) => string,
): BulkAnswer<unknown> {
  if (!types.isMap(answer)) return answer as readonly unknown[];
  const byArgument = answer as ReadonlyMap<Key, unknown>;
  return new Map(Array.from(byArgument, ([argument, value]) => [keyOf(argument), value]));
}
