import type { Clock } from '../kernel/clock.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { assertTags } from '../kernel/assert-tags.js';
import type { EntryState } from '../kernel/entry.js';
import { nothingStale } from '../kernel/load-errors.js';
import type { LoadFindings } from '../kernel/load-ticket.js';
import type { Residents } from '../kernel/residents.js';
import { writtenAt } from '../kernel/sequence.js';
import type { Callers } from './callers.js';
import type { LoadContext, StaleValue } from './loader.js';

/**
 * What a running loader has, and has said. Loaders may take it apart: no function in it depends on `this`. They are made when they are asked
 * for, since most loaders ask for none.
 */
export class RunningLoad<V> implements LoadContext<V> {
  readonly key: string;
  /** Whether the result is to go to its callers only. */
  isSkipped = false;
  /** Whether the stale value was said to be still right. */
  isUnmodified = false;
  readonly #former: EntryState<V> | undefined;
  readonly #clock: Clock;
  readonly #callers: Callers;
  readonly #residents: Pick<Residents<V>, 'handOut'>;
  #ttl: Duration | undefined;
  #tags: readonly string[] | undefined;

  constructor(
    key: string,
    former: EntryState<V> | undefined,
    parts: {
      readonly clock: Clock;
      readonly callers: Callers;
      readonly residents: Pick<Residents<V>, 'handOut'>;
    },
  ) {
    this.key = key;
    this.#former = former;
    this.#clock = parts.clock;
    this.#callers = parts.callers;
    this.#residents = parts.residents;
  }

  get stale(): StaleValue<V> | undefined {
    const former = this.#former;
    if (former === undefined) return undefined;
    const ageMs = this.#clock.wallNow() - writtenAt(former.version);
    return { value: this.#residents.handOut(former.value), ageMs: Math.max(0, ageMs), tags: former.tags };
  }

  /** Made when it is first asked for: most loaders do not look at it. */
  get signal(): AbortSignal {
    return this.#callers.signal;
  }

  get setTtl(): LoadContext<V>['setTtl'] {
    return (ttl) => {
      parseDuration('ttl', ttl);
      this.#ttl = ttl;
    };
  }

  get setTags(): LoadContext<V>['setTags'] {
    return (tags) => {
      assertTags(tags);
      this.#tags = [...tags];
    };
  }

  get skip(): LoadContext<V>['skip'] {
    return () => {
      this.isSkipped = true;
    };
  }

  get notModified(): LoadContext<V>['notModified'] {
    return () => {
      if (this.#former === undefined) throw nothingStale(this.key);
      this.isUnmodified = true;
      this.#tags ??= this.#former.tags;
      return this.#residents.handOut(this.#former.value);
    };
  }

  /** What was said, at the end; else the `ttl` that is given. */
  findings({ ttl, loadMs }: Omit<LoadFindings, 'tags'>): LoadFindings {
    return { ttl: this.#ttl ?? ttl, tags: this.#tags, loadMs };
  }
}
