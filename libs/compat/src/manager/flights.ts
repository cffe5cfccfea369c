import type { Fence, Fences } from './fences.js';

/** One load that everybody shares who asks for its key meanwhile. */
export interface Flight<T> {
  /** What it brings; rejects as the load does. */
  readonly landing: Promise<T>;
  readonly fence: Fence;
}

/** The loads under way, by key. Who asks after the key was changed starts anew. */
export class Flights<T> {
  private readonly running = new Map<string, Flight<T>>();

  constructor(private readonly fences: Fences) {}

  /** The flight that may be joined. */
  of(key: string): Flight<T> | undefined {
    const flight = this.running.get(key);
    return flight?.fence.isBroken === true ? undefined : flight;
  }

  /**
   * @param changedWith the key whose change makes what is loaded old.
   * @param load is called at once.
   */
  start(key: string, load: (fence: Fence) => Promise<T>, changedWith: string = key): Flight<T> {
    const fence = this.fences.raise(changedWith);
    const landing = load(fence);
    const flight = { landing, fence };
    this.running.set(key, flight);
    const land = (): void => {
      fence.release();
      if (this.running.get(key) === flight) this.running.delete(key);
    };
    landing.then(land, land);
    return flight;
  }
}
