import type { Fencing } from './kernel/fencing.js';
import type { Residents } from './kernel/residents.js';
import type { StoreSide } from './store-side.js';
import type { Codec } from './store/codec.js';
import type { DeadLetterBook, Undeliverable } from './write/dead-letters.js';
import type { Death } from './write/journal.js';
import type { KeyOrder } from './write/key-order.js';
import { keyOf } from './write/pending-change.js';

/** A change that the store has refused for good. */
export interface DeadLetter extends Death {
  readonly key: string;
  readonly operation: 'set' | 'delete';
  /** What was to be stored, decoded when it is asked for; `undefined` of a delete. @throws what the codec throws. */
  readonly value: unknown;
}

/** What dead letters are looked after with. */
export interface DeadLettersParts {
  readonly side: StoreSide | undefined;
  readonly memory: Pick<Residents<unknown>, 'drop'>;
  readonly fencing: Fencing;
  readonly order: KeyOrder;
  readonly codec: Codec;
  readonly assertOpen: () => void;
}

/**
 * The changes that the store of a cache has refused for good, at most one per key; none where the write policy is another than
 * `'writeBack'`. Readers no longer see them: they see what the store has. One for whose key something newer is stored goes by itself.
 */
export class DeadLetters {
  readonly #parts: DeadLettersParts;

  constructor(parts: DeadLettersParts) {
    this.#parts = parts;
  }

  /** All of them, the oldest first. */
  list(): readonly DeadLetter[] {
    return (this.#book?.list() ?? []).map((letter) => this.#shown(letter));
  }

  /** Makes them pending again, as if they were new: those of these keys, or all. Answers how many. A key for which something newer is pending keeps its dead letter until that is stored. */
  async retry(keys?: readonly string[]): Promise<number> {
    this.#parts.assertOpen();
    const { order, memory, fencing } = this.#parts;
    const asked = keys ?? this.list().map(({ key }) => key);
    return order.run(asked, async () => {
      const retried = (await this.#book?.retry(asked)) ?? 0;
      // What memory holds was read from the store since.
      for (const key of asked) {
        memory.drop(key);
        fencing.raise(key);
      }
      return retried;
    });
  }

  /** Forgets them for good: those of these keys, or all. Answers how many. */
  async discard(keys?: readonly string[]): Promise<number> {
    this.#parts.assertOpen();
    return (await this.#book?.discard(keys)) ?? 0;
  }

  #shown({ operation, death }: Undeliverable): DeadLetter {
    const { codec } = this.#parts;
    const key = keyOf(operation);
    return {
      ...death,
      key,
      operation: operation.type,
      get value() {
        return operation.type === 'set' ? codec.decode(operation.row.value, key) : undefined;
      },
    };
  }

  get #book(): DeadLetterBook | undefined {
    return this.#parts.side?.policy.deadLetters;
  }
}
