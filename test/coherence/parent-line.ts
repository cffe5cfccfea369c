import { now, type Question, type Said } from './protocol.js';

/** What a process says to its parent, and asks it. */
export class ParentLine {
  readonly #asked = new Map<number, (versions: readonly number[]) => void>();
  #ids = 0;

  say(said: Said): void {
    // Where the parent is gone this process is about to end.
    process.send?.(said, undefined, undefined, () => undefined);
  }

  /** A loader that cannot be asked would be a fault of the test: it waits as long as the parent lives. */
  ask(question: Question): Promise<readonly number[]> {
    const id = ++this.#ids;
    const answer = new Promise<readonly number[]>((resolve) => this.#asked.set(id, resolve));
    this.say({ kind: 'asks', id, question });
    return answer;
  }

  answered(id: number, versions: readonly number[]): void {
    this.#asked.get(id)?.(versions);
    this.#asked.delete(id);
  }

  failed(how: string, error: unknown): void {
    this.say({ kind: 'failed', at: now(), how, reason: reasonOf(error) });
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
