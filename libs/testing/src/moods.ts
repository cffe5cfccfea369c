import { type Clock, parseDuration } from 'nuthatch/engine';

/** How a method behaves at present. */
interface Mood {
  calls: number;
  /** How many of the next calls fail. */
  failing: number;
  error: unknown;
  /** How many of the next calls do not reach the store, and say that they have. */
  dropping: number;
  /** How many of the next calls reach the store, and say that they have not. */
  losing: number;
  /** Resolves when the method is let go; `undefined` when nobody holds it. */
  held: Promise<void> | undefined;
  /** How long each call waits before it is made. */
  lag: { readonly ms: number; readonly clock: Clock } | undefined;
}

/** A call on a store or a bus: how it is made, and what it answers where it is not. */
interface Call<T> {
  make(): Promise<T>;
  readonly nothing: T;
}

/** How the methods of a store or a bus behave at present. */
export class Moods<Method extends string> {
  readonly #moods = new Map<Method, Mood>();

  calls(method: Method): number {
    return this.#of(method).calls;
  }

  fail(method: Method, failing: number, error: unknown): void {
    Object.assign(this.#of(method), { failing, error });
  }

  drop(method: Method, dropping: number): void {
    this.#of(method).dropping = dropping;
  }

  lose(method: Method, losing: number): void {
    this.#of(method).losing = losing;
  }

  lag(method: Method, by: Parameters<typeof parseDuration>[1], clock: Clock): void {
    this.#of(method).lag = { ms: parseDuration('by', by), clock };
  }

  /** What is held stays held. */
  heal(): void {
    for (const mood of this.#moods.values())
      Object.assign(mood, { failing: 0, dropping: 0, losing: 0, lag: undefined });
  }

  hold(method: Method): () => void {
    const mood = this.#of(method);
    const { promise, resolve } = latch();
    mood.held = promise;
    return () => {
      if (mood.held === promise) mood.held = undefined;
      resolve();
    };
  }

  /** Makes a call as the method is in the mood to, or does not. What it is in for is drawn when it is called. */
  async pass<T>(method: Method, { make, nothing }: Call<T>): Promise<T> {
    const mood = this.#of(method);
    mood.calls += 1;
    const { error, held, lag } = mood;
    const [fails, drops, loses] = [spend(mood, 'failing'), spend(mood, 'dropping'), spend(mood, 'losing')];
    if (held !== undefined) await held;
    if (lag !== undefined) await new Promise<void>((resolve) => lag.clock.schedule(resolve, lag.ms));
    if (fails) throw error;
    if (drops) return nothing;
    const answer = await make();
    if (loses) throw new Error(`the answer to ${method} was lost`);
    return answer;
  }

  #of(method: Method): Mood {
    const known = this.#moods.get(method);
    if (known !== undefined) return known;
    const mood: Mood = {
      calls: 0,
      failing: 0,
      error: undefined,
      dropping: 0,
      losing: 0,
      held: undefined,
      lag: undefined,
    };
    this.#moods.set(method, mood);
    return mood;
  }
}

/** Whether the next call is one of those that were told to. */
function spend(mood: Mood, what: 'failing' | 'dropping' | 'losing'): boolean {
  if (mood[what] === 0) return false;
  mood[what] -= 1;
  return true;
}

function latch(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
