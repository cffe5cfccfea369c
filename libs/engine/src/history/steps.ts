import type { Step } from './step.js';

/** How much is remembered. */
export interface StepBounds {
  /** How many steps can be taken back. */
  readonly limit: number;
  /** How many bytes all steps may keep. */
  readonly maxBytes: number;
}

/** The steps that can be taken back and done again, the next one last. What is beyond the bounds is forgotten, from the far ends. */
export class Steps {
  readonly #bounds: StepBounds;
  #undos: Step[] = [];
  #redos: Step[] = [];
  #bytes = 0;

  constructor(bounds: StepBounds) {
    this.#bounds = bounds;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get undoable(): readonly Step[] {
    return this.#undos;
  }

  get redoable(): readonly Step[] {
    return this.#redos;
  }

  /** A command was run: what had been undone can no longer be redone. */
  done(step: Step): void {
    this.#drop(this.#redos.splice(0));
    this.#push(this.#undos, step);
  }

  /** A step was taken back, and `inverse` does it again. */
  undone(step: Step, inverse: Step): void {
    this.#move(step, { from: this.#undos, to: this.#redos, inverse });
  }

  /** A step was done again, and `inverse` takes it back. */
  redone(step: Step, inverse: Step): void {
    this.#move(step, { from: this.#redos, to: this.#undos, inverse });
  }

  /** A step cannot be run. */
  discard(step: Step): void {
    if (this.#undos.at(-1) === step) this.#drop(this.#undos.splice(-1));
    if (this.#redos.at(-1) === step) this.#drop(this.#redos.splice(-1));
  }

  clear(): void {
    this.#drop(this.#undos.splice(0));
    this.#drop(this.#redos.splice(0));
  }

  /** Where everything was cleared while the step ran, there is nothing to put its inverse on. */
  #move(step: Step, { from, to, inverse }: Record<'from' | 'to', Step[]> & { readonly inverse: Step }): void {
    if (from.at(-1) !== step) return inverse.forget();
    this.#drop(from.splice(-1));
    this.#push(to, inverse);
  }

  #push(to: Step[], step: Step): void {
    to.push(step);
    this.#bytes += step.bytes;
    if (this.#undos.length > this.#bounds.limit) this.#drop(this.#undos.splice(0, 1));
    while (this.#bytes > this.#bounds.maxBytes) this.#drop(this.#farthest().splice(0, 1));
  }

  #farthest(): Step[] {
    return this.#undos.length > 0 ? this.#undos : this.#redos;
  }

  #drop(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#bytes -= step.bytes;
      step.forget();
    }
  }
}
