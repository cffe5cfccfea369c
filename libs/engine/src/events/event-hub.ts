import type { Observable, Observer } from 'rxjs';
import type { CacheEvent } from './cache-event.js';
import { EventStream } from './event-stream.js';

/** Gives events to whoever listens. Without listeners nobody needs to build one: ask {@link isListening} first. */
export class EventHub {
  readonly #observers = new Set<Observer<CacheEvent>>();
  readonly #onChange: () => void;
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

  emit(event: CacheEvent): void {
    for (const observer of this.#observers) observer.next(event);
  }

  complete(): void {
    for (const observer of this.#observers) observer.complete();
  }

  #add(observer: Observer<CacheEvent>): () => void {
    this.#observers.add(observer);
    this.#onChange();
    return () => {
      this.#observers.delete(observer);
      this.#onChange();
    };
  }
}
