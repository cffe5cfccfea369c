/**
 * The bytes that are reachable: the heap, and what is external to it, where the typed arrays are. Collects first.
 * @throws Error without `--expose-gc`.
 */
export function bytesInUse(): number {
  if (globalThis.gc === undefined) throw new Error('node must run with --expose-gc');
  // Once for what is dead, and again for what only the dead held.
  void globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
