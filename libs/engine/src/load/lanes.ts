/** Runs so many tasks at a time, for one who starts them. */
export class Lanes {
  readonly #count: number;
  #running = 0;
  #wake: () => void = () => undefined;

  constructor(count: number) {
    this.#count = count;
  }

  /** Resolves when another task may be started. */
  room(): Promise<void> {
    return this.#downTo(this.#count - 1);
  }

  /** Resolves when nothing runs any more. */
  empty(): Promise<void> {
    return this.#downTo(0);
  }

  /** Starts a task, which must not reject. */
  run(task: () => Promise<void>): void {
    this.#running++;
    void task().finally(() => {
      this.#running--;
      this.#wake();
    });
  }

  async #downTo(running: number): Promise<void> {
    while (this.#running > running)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}
