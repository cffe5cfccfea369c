import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on, for the line above a table. */
export function describeMachine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory}, load ${load}, Node ${process.versions.node}`;
}
