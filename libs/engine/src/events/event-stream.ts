import { Observable, type Observer, type Operator, type Subscription } from 'rxjs';

/**
 * An observable whose subscribers cannot hurt anybody: what one throws is reported, and the others go on. Also holds
 * behind operators, since RxJS builds what `pipe` answers with {@link lift}. (RxJS itself would throw it later, out of anybody's reach.)
 */
export class EventStream<T> extends Observable<T> {
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void, subscribe?: (subscriber: Observer<T>) => () => void) {
    super(subscribe);
    this.#report = report;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const stream = new EventStream<R>(this.#report);
    Object.assign(stream, { source: this, operator });
    return stream;
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    ...others: unknown[]
  ): Subscription {
    // RxJS hands its own subscribers through here between operators; they pass errors on by themselves.
    if (isOperatorSubscriber(observer)) return super.subscribe(observer);
    const { next, error, complete } = asObserver<T>(observer, others);
    return super.subscribe({
      next: (value) => this.#guard(() => next?.(value)),
      error: (thrown) => this.#guard(() => (error === undefined ? this.#report(thrown) : error(thrown))),
      complete: () => this.#guard(() => complete?.()),
    });
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(error);
    }
  }
}

function isOperatorSubscriber<T>(observer: unknown): observer is Observer<T> {
  return typeof observer === 'object' && observer !== null && 'isStopped' in observer;
}

type Handlers<T> = { next?: (value: T) => void; error?: (thrown: unknown) => void; complete?: () => void };

function asObserver<T>(
  observer: Partial<Observer<T>> | ((value: T) => void) | null | undefined,
  others: unknown[],
): Handlers<T> {
  if (typeof observer === 'object' && observer !== null) {
    return {
      next: (value) => observer.next?.(value),
      error: (thrown) => raise(observer, thrown),
      complete: () => observer.complete?.(),
    };
  }
  const [error, complete] = others as [Handlers<T>['error'], Handlers<T>['complete']]; // RxJS's deprecated signature
  return { ...(observer && { next: observer }), ...(error && { error }), ...(complete && { complete }) };
}

/** As RxJS: an observer without an error handler lets it through, to be reported. */
function raise<T>(observer: Partial<Observer<T>>, thrown: unknown): void {
  if (observer.error === undefined) throw thrown;
  observer.error(thrown);
}
