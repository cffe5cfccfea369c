import { Observable, Subject } from 'rxjs';

/** What a handler has answered: one value, or something that goes on, or answers nothing, which is left as it is. */
export type Answered =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'stream'; readonly stream$: Observable<unknown> };

/**
 * Runs a handler, whoever goes on waiting for it.
 * @param isOneAnswer whether nothing is sent before the handler has completed, as over HTTP; else what does not complete at once is a stream.
 */
export function runHandler(handled: Observable<unknown>, isOneAnswer: boolean): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const emitted = new Subject<unknown>();
    // What comes before somebody listens; a stream may go on for days.
    let held: unknown[] | undefined = [];
    let isComplete = false;
    const stream$ = new Observable<unknown>((subscriber) => {
      // Whoever subscribes again, has it run again.
      if (held === undefined) return handled.subscribe(subscriber);
      for (const value of held) subscriber.next(value);
      held = undefined;
      const reading = emitted.subscribe(subscriber);
      return () => {
        reading.unsubscribe();
        running.unsubscribe();
      };
    });
    const goOn = (): void => {
      if (!isComplete) resolve({ kind: 'stream', stream$ });
    };
    const running = handled.subscribe({
      next: (value) => {
        held?.push(value);
        emitted.next(value);
        if (held === undefined || held.length > 1) return goOn();
        if (!isOneAnswer) queueMicrotask(goOn);
      },
      error: (error: unknown) => {
        emitted.error(error);
        reject(error);
      },
      complete: () => {
        isComplete = true;
        emitted.complete();
        resolve(held?.length === 1 ? { kind: 'value', value: held[0] } : { kind: 'stream', stream$ });
      },
    });
  });
}
