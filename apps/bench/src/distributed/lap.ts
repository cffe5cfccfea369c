/** What a contestant can be asked to do. */
export type Operation = 'memory' | 'shared' | 'set' | 'cold' | 'load' | 'many';

/** A stretch of one measurement. */
export interface Lap {
  readonly operation: Operation;
  /** So many callers, each of whom waits for an answer before it asks again. */
  readonly callers: number;
  readonly ms: number;
}

/** What was measured. */
export interface Figure {
  /** Calls in the lap. */
  readonly calls: number;
  readonly perSecond: number;
  /** The same for a second on a processor, of the contestant's process alone. */
  readonly perCpuSecond: number;
  /** The middle of what a caller waited, in microseconds; `NaN`, which is `null` on its way between processes, where it was not taken. */
  readonly p50Us: number | null;
  /** Calls for what is in Redis that were answered without it: a cache may do so while it is cut off. */
  readonly misses: number;
}

/** One kind of lap. */
export type Kind = Omit<Lap, 'ms'>;

/** How many keys one call of `many` asks for. */
export const MANY = 100;
/** How many there are where there are many. */
export const CALLERS = 100;

/** What an operation is called in a table. */
export const TITLES: Readonly<Record<Operation, string>> = {
  memory: '`get`, in memory',
  shared: '`get`, in Redis',
  set: '`set`',
  cold: '`getOrLoad`, nowhere',
  load: '`getOrLoad`, in Redis',
  many: `\`getMany\` of ${MANY}, in Redis`,
};

/** Every kind of lap, alone and by many callers. */
export const KINDS: readonly Kind[] = [1, CALLERS].flatMap((callers) =>
  // The names are the keys of that very object.
  (Object.keys(TITLES) as Operation[]).map((operation) => ({ operation, callers })),
);
