import { type Invalidation, MapStore, type Operation, type Row } from 'nuthatch/engine';
import { type Troubles, troubled } from './troubles.js';

/** A store that hangs, fails and is late by chance. */
export class TroubledStore extends MapStore {
  readonly #troubles: Troubles;

  constructor(troubles: Troubles) {
    super();
    this.#troubles = troubles;
  }

  override get(key: string): Promise<Row | undefined> {
    return troubled(this.#troubles, () => super.get(key));
  }

  override getMany(keys: readonly string[]): Promise<readonly Row[]> {
    return troubled(this.#troubles, () => super.getMany(keys));
  }

  override apply(operations: readonly Operation[]): Promise<void> {
    return troubled(this.#troubles, () => super.apply(operations));
  }

  override invalidate(invalidations: readonly Invalidation[]): Promise<void> {
    return troubled(this.#troubles, () => super.invalidate(invalidations));
  }
}
