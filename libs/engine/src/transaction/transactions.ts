import { AsyncLocalStorage } from 'node:async_hooks';
import { Transaction } from './transaction.js';

/** The transactions of a process. A cache asks {@link running} first, so that nobody pays who uses none. */
export class Transactions {
  readonly #storage = new AsyncLocalStorage<Transaction>();
  /** How many have not ended. */
  running = 0;

  /** The one that the caller is in. */
  get current(): Transaction | undefined {
    return this.#storage.getStore()?.open;
  }

  /** Runs a function in a transaction of its own, within the one that the caller is in. */
  async run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    const transaction = new Transaction(this.current);
    const answer = await this.#inside(transaction, fn);
    await transaction.keep();
    return answer;
  }

  async #inside<T>(transaction: Transaction, fn: () => T | PromiseLike<T>): Promise<T> {
    this.running++;
    try {
      return await this.#storage.run(transaction, fn);
    } catch (error) {
      transaction.drop();
      throw error;
    } finally {
      this.running--;
    }
  }
}

const PLACE = Symbol.for('nuthatch.transactions');

/** Those of this process: one of both builds, ESM and CommonJS, and of every copy of the package that is loaded. */
export function transactionsOfProcess(): Transactions {
  // Only this function writes there.
  const place = globalThis as { [PLACE]?: Transactions };
  return (place[PLACE] ??= new Transactions());
}
