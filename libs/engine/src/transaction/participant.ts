import type { Transaction } from './transaction.js';
import { type Transactions, transactionsOfProcess } from './transactions.js';
import type { Underlying } from './underlying.js';
import { View } from './view.js';
import { inTransaction } from './errors.js';

/** The part of a cache in the transactions of its process. */
export class Participant<V> {
  readonly #under: Underlying<V>;
  readonly #transactions: Transactions;
  readonly #views = new WeakMap<Transaction, View<V>>();
  readonly #open = new Set<View<V>>();

  constructor(under: Underlying<V>, transactions: Transactions = transactionsOfProcess()) {
    this.#under = under;
    this.#transactions = transactions;
  }

  /** The cache as the caller's transaction sees it; nothing outside of one. One comparison where no transaction runs. */
  get view(): View<V> | undefined {
    return this.#transactions.running === 0 ? undefined : this.#current();
  }

  /** @throws CacheError `in_transaction`. */
  assertOutside(what: string): void {
    if (this.view !== undefined) throw inTransaction(what);
  }

  /** Lets all go who wait for loads. */
  stop(): void {
    for (const view of this.#open) view.stop();
  }

  #current(): View<V> | undefined {
    const { current } = this.#transactions;
    return current && this.#viewIn(current);
  }

  #viewIn(transaction: Transaction): View<V> {
    const known = this.#views.get(transaction);
    if (known !== undefined) return known;
    const around = transaction.around?.open;
    const view = new View(this.#under, around && this.#viewIn(around));
    this.#views.set(transaction, view);
    this.#open.add(view);
    transaction.enlist({
      apply: () => view.commit(),
      moveTo: (other) => this.#viewIn(other).absorb(view),
      end: () => {
        view.end();
        this.#open.delete(view);
      },
    });
    return view;
  }
}
