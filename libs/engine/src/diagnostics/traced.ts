import type { Clock } from '../kernel/clock.js';
import type { OperationChannel } from './channels.js';
import type { Around, Operation } from './operation.js';

/** What subscribers are told of an operation, and when it has ended. */
export interface Account<Message extends Operation, T> {
  readonly clock: Clock;
  /** What is known before. */
  readonly facts: Omit<Message, keyof Ending | 'around'>;
  /** What its answer tells, the answer itself never among it. */
  readonly outcome?: ((answer: T) => Partial<Message>) | undefined;
}

/**
 * Runs an operation, and tells the subscribers of its channel of it, as `tracePromise` of Node would; but what it answers they are not told, and
 * who called gets the very promise of `run`. To be called where somebody subscribes: ask `hasSubscribers` first.
 */
export function traced<Message extends Operation, T>(
  channels: OperationChannel<Message>,
  { clock, facts, outcome }: Account<Message, T>,
  run: (message: Message) => Promise<T>,
): Promise<T> {
  const { start, end, asyncStart, asyncEnd, error } = channels;
  const operation = new Ongoing();
  // Facts and what every operation has are a message.
  const message = Object.assign(operation, facts) as Ongoing & Message;
  const startedAt = clock.now();
  const ended = (findings: Partial<Ending>): void => {
    Object.assign(message, findings, { durationMs: clock.now() - startedAt });
    if (message.error !== undefined) error.publish(message);
    asyncStart.publish(message);
    asyncEnd.publish(message);
  };
  return start.runStores(message, () => {
    const promise = operation.enter(() => run(message));
    promise.then(
      (answer) => ended(outcome?.(answer) ?? {}),
      (thrown: unknown) => ended({ error: thrown ?? new Error(`rejected with ${String(thrown)}`) }),
    );
    end.publish(message);
    return promise;
  });
}

/** What is known at the end. */
interface Ending {
  durationMs: number | undefined;
  error: unknown;
}

/** What every message has. */
class Ongoing implements Ending {
  durationMs: number | undefined = undefined;
  error: unknown = undefined;
  #around: Around | undefined;

  get around(): Operation['around'] {
    return (around) => {
      const inner = this.#around;
      this.#around = inner === undefined ? around : (run) => around(() => inner(run));
    };
  }

  /** Runs it within everything that subscribers have put around it. */
  enter<T>(run: () => T): T {
    return this.#around === undefined ? run() : this.#around(run);
  }
}
