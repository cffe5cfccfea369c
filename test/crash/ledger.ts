/** What a reader finds under a key: the number of the write, or nothing. */
export type State = number | undefined;

/** What a life of the writer, and what came after it, did to the keys. */
export interface Verdict {
  readonly acknowledged: number;
  /** Keys whose last acknowledged write was not in the store when the writer died, and is there now. */
  readonly recovered: number;
  /** What is there now though a later write was acknowledged. */
  readonly lost: readonly string[];
  /** What is there now though nobody wrote it in this place. */
  readonly phantoms: readonly string[];
}

/** One write in seven deletes. */
export function isDelete(number: number): boolean {
  return number % 7 === 0;
}

/**
 * What may be in the store after a crash. Of each key, writes are numbered and come one after the other: when the writer dies, the
 * one after the last that was acknowledged may have been made or not.
 */
export class Ledger {
  readonly #keys: readonly string[];
  /** What was found after the last life. */
  readonly #found = new Map<string, State>();
  readonly #first = new Map<string, number>();
  readonly #acknowledged = new Map<string, number>();
  #count = 0;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
    for (const key of keys) this.#first.set(key, 1);
  }

  /** Of each key, the number with which the next life begins. */
  get first(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#first);
  }

  acknowledge(key: string, number: number): void {
    this.#acknowledged.set(key, number);
    this.#count++;
  }

  /** Ends a life: compares what was in the store when the writer had died, and what is there after the restart. */
  judge(before: ReadonlyMap<string, State>, after: ReadonlyMap<string, State>): Verdict {
    const lost: string[] = [];
    const phantoms: string[] = [];
    let recovered = 0;
    for (const key of this.#keys) {
      const [allowed, found] = [this.#allowed(key), after.get(key)];
      if (allowed.includes(found)) recovered += Number(!allowed.includes(before.get(key)));
      else (this.#wasWritten(key, found) ? lost : phantoms).push(this.#describe(key, found));
    }
    const acknowledged = this.#count;
    this.#begin(after);
    return { acknowledged, recovered, lost, phantoms };
  }

  #allowed(key: string): State[] {
    const last = this.#acknowledged.get(key);
    if (last === undefined) return [this.#found.get(key), stateOf(this.#firstOf(key))];
    return [stateOf(last), stateOf(last + 1)];
  }

  /** Whether it is an older state of this key: what was found before, or what this life has written. */
  #wasWritten(key: string, state: State): boolean {
    if (state === undefined || state === this.#found.get(key)) return true;
    return state >= this.#firstOf(key) && state <= (this.#acknowledged.get(key) ?? 0) && !isDelete(state);
  }

  #describe(key: string, found: State): string {
    const last = this.#acknowledged.get(key);
    return `${key}: ${String(found)} is there, ${last === undefined ? 'nothing' : String(last)} was acknowledged last`;
  }

  #begin(found: ReadonlyMap<string, State>): void {
    for (const key of this.#keys) {
      const last = this.#acknowledged.get(key);
      this.#first.set(key, (last ?? this.#firstOf(key) - 1) + 2);
      this.#found.set(key, found.get(key));
    }
    this.#acknowledged.clear();
    this.#count = 0;
  }

  #firstOf(key: string): number {
    return this.#first.get(key) ?? 1;
  }
}

function stateOf(number: number): State {
  return isDelete(number) ? undefined : number;
}
