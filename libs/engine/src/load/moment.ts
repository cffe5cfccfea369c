/** Something that happens once, or never, and can be waited for. */
export class Moment {
  readonly reached: Promise<void>;
  #reach: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => (this.#reach = resolve));
  }

  reach(): void {
    this.#reach();
  }
}
