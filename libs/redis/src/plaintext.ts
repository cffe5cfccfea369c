import type { ClientSource } from './options.js';
import { type Address, isLoopback } from './url.js';

/** Warns, by `process.emitWarning`, where a password would travel unencrypted to another machine. */
export function warnOfPlaintext(source: ClientSource): void {
  if (source.kind === 'given' || source.options.tls !== undefined || source.options.path !== undefined)
    return;
  if (source.options.password === undefined && source.options.username === undefined) return;
  const addresses: readonly Address[] = source.kind === 'server' ? [source.address] : source.nodes;
  const host = addresses.map((each) => each.host ?? source.options.host ?? 'localhost').find(isElsewhere);
  if (host === undefined) return;
  process.emitWarning(
    `the password of Redis is sent to ${host} unencrypted; use rediss:// or the option tls`,
    {
      type: 'SecurityWarning',
      code: 'NUTHATCH_REDIS_PLAINTEXT',
    },
  );
}

function isElsewhere(host: string): boolean {
  return !isLoopback(host);
}
