import { badOption } from '../kernel/errors.js';

/** A stream of events that can be subscribed to, such as an `Observable` of RxJS. */
export interface EventSource<E> {
  subscribe(observer: { next: (event: E) => void; error: (error: unknown) => void; complete: () => void }): {
    unsubscribe(): void;
  };
}

/** What is done with the events of sources. */
export interface SourcesParts<T> {
  readonly invalidate: (targets: T) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** Streams whose events invalidate. What goes wrong is reported, and never thrown into the stream. */
export class Sources<T> {
  readonly #parts: SourcesParts<T>;
  readonly #stops = new Set<() => void>();

  constructor(parts: SourcesParts<T>) {
    this.#parts = parts;
  }

  /** Listens from now on; answers how to stop. @throws CacheError `bad_option` where it is no stream. */
  add<E>(source: EventSource<E>, targetsOf: (event: E) => T): () => void {
    assertSource(source);
    let isStopped = false;
    let subscription: { unsubscribe(): void } | undefined;
    const stop = (): void => {
      isStopped = true;
      this.#stops.delete(stop);
      subscription?.unsubscribe();
    };
    this.#stops.add(stop);
    const failed = (error: unknown): void => {
      this.#stops.delete(stop);
      this.#parts.failed(error);
    };
    const next = (event: E): void => void (isStopped || this.#take(() => targetsOf(event)));
    subscription = source.subscribe({ next, error: failed, complete: () => this.#stops.delete(stop) });
    if (isStopped) subscription.unsubscribe();
    return stop;
  }

  /** Stops listening to all. */
  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #take(targets: () => T): void {
    const { invalidate, failed } = this.#parts;
    const run = async (): Promise<void> => invalidate(targets());
    run().catch(failed);
  }
}

function assertSource(source: Partial<EventSource<never>> | null | undefined): void {
  if (typeof source?.subscribe !== 'function')
    throw badOption('event', 'the name of an event, or a stream with subscribe()', source);
}
