import type { Clock } from '../kernel/clock.js';
import type { Invalidation } from '../kernel/invalidation.js';

/** What processes tell each other. */
export type BusMessage =
  /** These keys were set or deleted: what others have of them in memory is old where its version is smaller. */
  | { readonly kind: 'changed'; readonly keys: readonly (readonly [key: string, version: number])[] }
  | { readonly kind: 'invalidated'; readonly invalidations: readonly Invalidation[] }
  /** An event was published, and what its rules say there was done: each process applies its own rules. */
  | { readonly kind: 'published'; readonly event: string; readonly params: Readonly<Record<string, unknown>> }
  /** Leases were given back: who waits for one of these keys looks again. */
  | { readonly kind: 'released'; readonly keys: readonly string[] };

/** Told of what others have published. */
export interface BusListener {
  /** Messages of others, in the order in which they were published; each once. */
  received(messages: readonly BusMessage[]): void;
  /**
   * Everything that was published before `at` was received: called at least every 250 milliseconds as long as that can be said. `at` is a time of
   * `clock.now()`, or `Infinity` where nothing can ever be missed.
   */
  proven(at: number): void;
  /** Messages were missed that will not come any more. What was known before may be old. */
  missed(reason: string): void;
  /** Something went wrong where no caller is told. */
  failed(operation: string, error: unknown): void;
}

/** Where the processes of one cache tell each other what has changed. A message is received by everybody but its sender, or its loss is noticed. */
export interface Bus {
  /** Begins to listen; resolves when nothing more is missed unnoticed. Called again where it has failed. */
  open(): Promise<void>;
  /** Resolves when everybody who listens will receive the messages, or notice that some were missed. */
  publish(messages: readonly BusMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** What a bus is given when it is made. */
export interface BusContext {
  /** The name of the cache: messages of other names are not to be received. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly listener: BusListener;
}

/** Makes the bus of a cache; this is what is configured and injected. */
export interface BusFactory {
  /** The name shown in `info()`; the class's name when left out. */
  readonly name?: string;
  create(context: BusContext): Bus;
}
