import type { Operation } from '../store/backing-store.js';

/** The changes that wait for a flush, at most one per key: a later one takes the earlier one's place. */
export class PendingWrites {
  readonly #operations = new Map<string, Operation>();
  #bytes = 0;

  get count(): number {
    return this.#operations.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Operation | undefined {
    return this.#operations.get(key);
  }

  put(operation: Operation): void {
    const key = keyOf(operation);
    this.#remove(key);
    this.#operations.set(key, operation);
    this.#bytes += bytesOf(operation);
  }

  /** Takes back what could not be written, unless its key has been changed again. */
  putBack(operations: Iterable<Operation>): void {
    for (const operation of operations) if (!this.#operations.has(keyOf(operation))) this.put(operation);
  }

  /** Takes out the changes that have waited longest. */
  take(count: number): Operation[] {
    const taken: Operation[] = [];
    for (const operation of this.#operations.values()) {
      if (taken.length === count) break;
      taken.push(operation);
    }
    for (const operation of taken) this.#remove(keyOf(operation));
    return taken;
  }

  clear(): void {
    this.#operations.clear();
    this.#bytes = 0;
  }

  #remove(key: string): void {
    const present = this.#operations.get(key);
    if (present === undefined) return;
    this.#operations.delete(key);
    this.#bytes -= bytesOf(present);
  }
}

/** The key that an operation changes. */
export function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}

function bytesOf(operation: Operation): number {
  if (operation.type === 'delete') return operation.key.length;
  const { key, value } = operation.row;
  return key.length + (typeof value === 'string' ? value.length : value.byteLength);
}
