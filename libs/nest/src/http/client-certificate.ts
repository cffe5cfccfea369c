/** The certificate by which a client has said over TLS who it is, by its fingerprint; `undefined` without TLS, and where it has shown none. */
export function certificateOf(request: object): string | undefined {
  const socket = socketOf(request) ?? socketOf((request as { readonly raw?: unknown }).raw);
  if (socket?.encrypted !== true || typeof socket.getPeerCertificate !== 'function') return undefined;
  const { fingerprint256, fingerprint } = socket.getPeerCertificate() ?? {};
  return fingerprint256 ?? fingerprint;
}

/** What is asked of a `TLSSocket`. */
interface Socket {
  readonly encrypted?: unknown;
  getPeerCertificate?(): { readonly fingerprint256?: string; readonly fingerprint?: string } | undefined;
}

function socketOf(request: unknown): Socket | undefined {
  if (typeof request !== 'object' || request === null || !('socket' in request)) return undefined;
  const { socket } = request;
  return typeof socket === 'object' && socket !== null ? socket : undefined;
}
