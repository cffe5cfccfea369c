import type { Operation } from './backing-store.js';

/** What a write touches. */
export type Footprint = readonly Operation[] | 'everything';

interface Hold {
  /** `undefined`: everything. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly ended: Promise<void>;
}

/** What other writes have to wait for: calls that are late and may still land, and repairs under way. */
export class Holds {
  readonly #holds = new Set<Hold>();

  /** Makes later writes wait until the answer is called. */
  hold(footprint: Footprint): () => void {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const keys = footprint === 'everything' ? undefined : new Set(footprint.map(keyOf));
    const hold: Hold = { keys, ended };
    this.#holds.add(hold);
    return () => {
      this.#holds.delete(hold);
      end();
    };
  }

  /** The end of something that a write has to wait for; then it is to ask again. */
  conflictWith(footprint: Footprint): Promise<void> | undefined {
    if (this.#holds.size === 0) return undefined;
    for (const { keys, ended } of this.#holds)
      if (keys === undefined || footprint === 'everything' || footprint.some((one) => keys.has(keyOf(one))))
        return ended;
    return undefined;
  }
}

export function keyOf(operation: Operation): string {
  return operation.type === 'set' ? operation.row.key : operation.key;
}

export function versionOf(operation: Operation): number {
  return operation.type === 'set' ? operation.row.version : operation.version;
}
