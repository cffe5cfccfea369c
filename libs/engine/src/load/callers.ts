/** Those who have asked for one load: while any of them waits, its result is wanted. */
export class Callers {
  #asked = 0;
  #waiting = 0;
  /** Whether somebody waits who cannot leave. */
  #isWanted = false;
  #controller: AbortController | undefined;
  #abortedFor: { readonly reason: unknown } | undefined;

  /** How many have asked so far. */
  get count(): number {
    return this.#asked;
  }

  /** Whether everybody who waited has gone. */
  get areGone(): boolean {
    return this.#abortedFor !== undefined;
  }

  /** Made when it is first asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor.reason);
    return this.#controller.signal;
  }

  /** Somebody waits. @param signal by which that caller may leave. */
  enter(signal?: AbortSignal): void {
    this.#asked++;
    this.#waiting++;
    if (signal === undefined) this.#isWanted = true;
  }

  /** Somebody has gone; where nobody is left who waits, the load is aborted. Answers whether it was. */
  leave(reason: unknown): boolean {
    if (--this.#waiting > 0 || this.#isWanted) return false;
    this.abort(reason);
    return true;
  }

  /** Tells the loader that its result is no longer wanted. */
  abort(reason: unknown): void {
    this.#abortedFor = { reason };
    this.#controller?.abort(reason);
  }
}
