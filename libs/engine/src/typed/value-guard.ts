import { types } from 'node:util';
import type { Counter } from '../metrics/counters.js';
import type { TypedDefinition } from './definition.js';
import type { StandardSchema } from './standard-schema.js';
import { asyncSchema, SchemaMismatch, unmigrated } from './typed-errors.js';

/** What is read in the place of a stored value. */
export interface ReadValue<Output> {
  readonly value: Output;
  /** Whether it is another than the stored one. */
  readonly isMigrated: boolean;
}

/** What a guard counts. */
interface Tally {
  readonly migrated: Counter;
  readonly dropped: Counter;
}

/**
 * Sees to it that a cache hands out nothing but what fits its schema, and checks nothing twice: objects that have been checked are known by
 * their identity.
 */
export class ValueGuard<Input = unknown, Output = unknown> {
  readonly #definition: TypedDefinition<never, Input, Output>;
  readonly #known = new WeakSet<object>();
  #tally: Tally = { migrated: counter(), dropped: counter() };

  constructor(definition: TypedDefinition<never, Input, Output>) {
    this.#definition = definition;
  }

  /** The name of the cache. */
  get name(): string {
    return this.#definition.name;
  }

  /** Which version it writes. */
  get version(): number {
    return this.#definition.version;
  }

  /** Counts in the counters of a cache from now on, what was counted before included. */
  countIn(cache: { addCounter(name: string): Counter }): void {
    const tally = {
      migrated: cache.addCounter('values_migrated'),
      dropped: cache.addCounter('values_dropped'),
    };
    tally.migrated.add(this.#tally.migrated.value);
    tally.dropped.add(this.#tally.dropped.value);
    this.#tally = tally;
  }

  /** Whether it is an object that has been checked. */
  isKnown(value: unknown): boolean {
    return typeof value === 'object' && value !== null && this.#known.has(value);
  }

  /** What the schema makes of what somebody brings. @throws SchemaMismatch */
  admit(input: unknown): Output {
    return this.#remember(this.#validate(this.#definition.value, input));
  }

  /** The value itself, where it fits what is kept. @throws SchemaMismatch */
  check(value: unknown): Output {
    if (!this.isKnown(value)) this.#validate(this.#definition.kept ?? this.#definition.value, value);
    // It is known, or its schema has just said so.
    return this.#remember(value as Output);
  }

  /** What is to be read in the place of a value that was stored under a version. @throws where it must be dropped. */
  readStored(value: unknown, version: number | undefined): ReadValue<Output> {
    try {
      if (version !== undefined && version !== this.version) return this.#migrate(value, version);
      return this.#checkedOrMigrated(value, version);
    } catch (error) {
      this.dropped();
      throw error;
    }
  }

  /** A row was migrated. */
  migrated(): void {
    this.#tally.migrated.add();
  }

  /** A value was given up. */
  dropped(): void {
    this.#tally.dropped.add();
  }

  #checkedOrMigrated(value: unknown, version: number | undefined): ReadValue<Output> {
    try {
      return { value: this.check(value), isMigrated: false };
    } catch (error) {
      if (!(error instanceof SchemaMismatch) || this.#definition.migrate === undefined) throw error;
      return this.#migrate(value, version);
    }
  }

  #migrate(value: unknown, version: number | undefined): ReadValue<Output> {
    if (this.#definition.migrate === undefined) throw unmigrated(this.name, version);
    return { value: this.admit(this.#migrated(value, version)), isMigrated: true };
  }

  #migrated(value: unknown, version: number | undefined): unknown {
    let migrated: unknown;
    try {
      migrated = this.#definition.migrate?.(value, version);
    } catch (error) {
      throw unmigrated(this.name, version, error);
    }
    if (types.isPromise(migrated)) throw this.#refuse(migrated, 'its migrate');
    return migrated;
  }

  #validate<T>(schema: StandardSchema<unknown, T>, value: unknown): T {
    const result = schema['~standard'].validate(value);
    if (result instanceof Promise || types.isPromise(result)) throw this.#refuse(result, 'its schema');
    if (result.issues !== undefined) throw new SchemaMismatch(this.name, result.issues);
    return result.value;
  }

  /** Nobody will wait for the promise; its failure is no crash. */
  #refuse(promise: Promise<unknown>, what: string): Error {
    promise.catch(() => undefined);
    return asyncSchema(this.name, what);
  }

  #remember<T>(value: T): T {
    if (typeof value === 'object' && value !== null) this.#known.add(value);
    return value;
  }
}

/** Counts until there is a cache. */
function counter(): Counter {
  let value = 0;
  return {
    get value() {
      return value;
    },
    add: (by = 1) => {
      value += by;
    },
  };
}

/** @see ValueGuard */
export function guardOf<Input, Output>(
  definition: TypedDefinition<never, Input, Output>,
): ValueGuard<Input, Output> {
  return new ValueGuard(definition);
}
