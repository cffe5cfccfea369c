/** How the loader of a missed key answers: in a microtask, or in a later turn of the event loop. */
export type Answer = 'microtask' | 'setImmediate';

/** Callers of one burst that miss, and how many keys they ask for, each as many times as any other. */
export const CALLERS = 10_000;

/** A stretch of one measurement. */
export type Lap =
  | { readonly kind: 'hits'; readonly ms: number }
  /** What one hit allocates: to be asked of a process that has much room for what is new. */
  | { readonly kind: 'bytes' }
  | { readonly kind: 'promises' }
  | { readonly kind: 'misses'; readonly keys: number; readonly answer: Answer; readonly ms: number };

/** What was measured. */
export interface Figure {
  /** Operations per second, bytes or promises per hit, or milliseconds per burst. */
  readonly value: number;
  /** How often the loader of a key was called in a burst, at most. */
  readonly calls?: number;
}
