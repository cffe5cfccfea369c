import type { Fence, Fencing } from '../kernel/fencing.js';

interface Generation {
  current: number;
  holders: number;
}

/**
 * A generation per key, kept only while somebody holds a fence on it. Generations are drawn from one sequence, so
 * none is ever seen twice.
 */
export class Fences implements Fencing {
  readonly #generations = new Map<string, Generation>();
  #sequence = 0;
  #epoch = 0;

  /** How many keys are fenced. */
  get size(): number {
    return this.#generations.size;
  }

  enter(key: string): Fence {
    const generation = this.#generationOf(key);
    const [seen, epoch] = [generation.current, this.#epoch];
    generation.holders++;
    let released = false;
    return {
      holds: () => generation.current === seen && this.#epoch === epoch,
      release: () => {
        if (!released && --generation.holders === 0) this.#generations.delete(key);
        released = true;
      },
    };
  }

  raise(key: string): void {
    if (this.#generations.size === 0) return;
    const generation = this.#generations.get(key);
    if (generation !== undefined) generation.current = ++this.#sequence;
  }

  raiseAll(): void {
    this.#epoch = ++this.#sequence;
  }

  #generationOf(key: string): Generation {
    const present = this.#generations.get(key);
    if (present !== undefined) return present;
    const generation = { current: ++this.#sequence, holders: 0 };
    this.#generations.set(key, generation);
    return generation;
  }
}
