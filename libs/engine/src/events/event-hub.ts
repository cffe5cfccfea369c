import type { Observable, Observer } from 'rxjs';
import type { CacheEvent } from './cache-event.js';
import { EventStream } from './event-stream.js';

/** Gives events to whoever listens. Without listeners nobody needs to build one: ask {@link isListening} first. */
export class EventHub {
  readonly #observers = new Set<Observer<CacheEvent>>();
  readonly #onChange: () => void;
  /** Events in the order in which they happened: what a listener sets off waits until all have heard what went before. */
  readonly #queue: CacheEvent[] = [];
  #delivering: CacheEvent | undefined;
  #isComplete = false;
  /** What happens, as it happens. Never ends with an error; completes when the cache is closed. */
  readonly events$: Observable<CacheEvent>;

  /** @param report is told what observers throw; @param onChange that a listener came or went. */
  constructor(report: (error: unknown) => void, onChange: () => void) {
    this.#onChange = onChange;
    this.events$ = new EventStream<CacheEvent>(report, (observer) => this.#add(observer));
  }

  get isListening(): boolean {
    return this.#observers.size > 0;
  }

  /** What listeners are being told now. */
  get delivering(): CacheEvent | undefined {
    return this.#delivering;
  }

  emit(event: CacheEvent): void {
    this.#queue.push(event);
    if (this.#delivering === undefined) this.#deliver();
  }

  complete(): void {
    this.#isComplete = true;
    for (const observer of this.#observers) observer.complete();
  }

  #deliver(): void {
    for (const event of this.#queue) {
      this.#delivering = event;
      for (const observer of this.#observers) observer.next(event);
    }
    this.#delivering = undefined;
    this.#queue.length = 0;
  }

  #add(observer: Observer<CacheEvent>): () => void {
    if (this.#isComplete) {
      observer.complete();
      return () => undefined;
    }
    this.#observers.add(observer);
    this.#onChange();
    return () => {
      this.#observers.delete(observer);
      this.#onChange();
    };
  }
}
