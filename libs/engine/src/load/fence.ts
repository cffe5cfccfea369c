import type { Fence, Fencing } from '../kernel/fencing.js';
import { ShortLivedMap } from '../kernel/short-lived-map.js';

interface Generation {
  current: number;
  holders: number;
}

/**
 * A generation per key, kept only while somebody holds a fence on it. Generations are drawn from one sequence, so
 * none is ever seen twice.
 */
export class Fences implements Fencing {
  readonly #generations = new ShortLivedMap<string, Generation>();
  #sequence = 0;
  #epoch = 0;

  /** How many keys are fenced. */
  get size(): number {
    return this.#generations.size;
  }

  enter(key: string): Fence {
    return new KeyFence(this, key, this.#generationOf(key));
  }

  /** Changes with every change of all keys. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Nobody holds a fence on the key any more. */
  forget(key: string): void {
    this.#generations.delete(key);
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

class KeyFence implements Fence {
  readonly #fences: Fences;
  readonly #key: string;
  readonly #generation: Generation;
  readonly #seen: number;
  readonly #epoch: number;
  #isReleased = false;

  constructor(fences: Fences, key: string, generation: Generation) {
    this.#fences = fences;
    this.#key = key;
    this.#generation = generation;
    this.#seen = generation.current;
    this.#epoch = fences.epoch;
    generation.holders++;
  }

  holds(): boolean {
    return this.#generation.current === this.#seen && this.#fences.epoch === this.#epoch;
  }

  release(): void {
    if (!this.#isReleased && --this.#generation.holders === 0) this.#fences.forget(this.#key);
    this.#isReleased = true;
  }
}
