/** What a process holds. */
export interface InUse {
  /** Bytes that are reachable: the heap, and what is external to it, where the typed arrays are. */
  readonly reachable: number;
  /** Bytes of the machine's memory, once what is free has been given back as far as V8 does. */
  readonly resident: number;
}

/** Collects and looks. @throws Error without `--expose-gc`. */
export function bytesInUse(): InUse {
  if (globalThis.gc === undefined) throw new Error('node must run with --expose-gc');
  // Once for what is dead, and again for what only the dead held.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  void globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return { reachable: heapUsed + external, resident: process.memoryUsage.rss() };
}
