import type { ConnectionOptions } from 'node:tls';

/** What the URL of a server says. */
export interface Address {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly db?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly isEncrypted?: boolean | undefined;
}

/** What is wrong with the URL of a server, without showing it: it may hold a password. */
export function urlProblem(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return 'no URL';
  const { protocol, hostname, search, pathname } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') return `one of the protocol ${protocol}//`;
  if (hostname === '') return 'one without a host';
  if (search !== '') return 'one with a query; what it asks for belongs into redisOptions';
  return /^(\/\d*)?$/.test(pathname) ? undefined : 'one whose path is not the number of a database';
}

/** @param url in which {@link urlProblem} has found nothing wrong. */
export function addressOf(url: string): Address {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    // Node connects to `::1`, and a URL has `[::1]`.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1)),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    isEncrypted: protocol === 'rediss:',
  };
}

/** Encryption as ioredis takes it. */
export function tlsOf(tls: boolean | ConnectionOptions): ConnectionOptions | undefined {
  return typeof tls === 'boolean' ? (tls ? {} : undefined) : tls;
}

/** Whether what is sent there does not leave this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
