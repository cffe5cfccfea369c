import { setTimeout as sleep } from 'node:timers/promises';

/** What is cached. */
export interface Bird {
  readonly id: string;
  readonly name: string;
}

/** Where birds come from: counts who asks, and answers as slowly as it is told. */
export class Source {
  /** How often it was asked. */
  loads = 0;
  /** What birds are called now. */
  name = 'loaded';
  delayMs = 0;
  readonly #asked: (loads: number) => void;
  #gate: Promise<void> = Promise.resolve();
  #open = (): void => undefined;

  constructor(asked: (loads: number) => void) {
    this.#asked = asked;
  }

  /** From now on nobody is answered before `letGo`. */
  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  letGo(): void {
    this.#open();
  }

  /** Answers, in the end, what was so when it was asked. */
  async read(id: string): Promise<Bird> {
    this.loads += 1;
    const bird = { id, name: this.name };
    this.#asked(this.loads);
    await this.#gate;
    if (this.delayMs > 0) await sleep(this.delayMs);
    return bird;
  }
}
