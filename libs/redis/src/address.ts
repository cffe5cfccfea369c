import type { Redis } from 'ioredis';

/** Where a connection leads to: names may lead elsewhere from time to time. */
export function addressOf({ stream, options }: Partial<Redis> & Pick<Redis, 'options'>): string {
  if (options.path !== undefined) return options.path;
  // There is no stream before the first attempt, and a local one has no address.
  const { remoteAddress, remotePort } = (stream ?? {}) as { remoteAddress?: string; remotePort?: number };
  return `${remoteAddress ?? options.host}:${remotePort ?? options.port}`;
}
