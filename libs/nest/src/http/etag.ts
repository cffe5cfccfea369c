import { hash } from 'node:crypto';

/** What JSON makes of a body; `undefined` where it makes nothing of it, or throws, as it then does for the framework, too. */
export function jsonOf(body: unknown): string | undefined {
  try {
    return typeof body === 'string' ? body : JSON.stringify(body);
  } catch {
    // The framework will say so, to whom it concerns; here it means that there is no text to compare by.
    return undefined;
  }
}

/**
 * A weak validator: what comes after, such as compression, may change bytes and no meaning. It is another one for each who asks, since the next user of a browser must
 * not be told that what the last one got is still good.
 */
export function etagOf(text: string, whose: string): string {
  return `W/"${hash('sha256', `${whose}${text}`, 'base64url').slice(0, 27)}"`;
}

/** Whether a client that sends this `If-None-Match` has it already, by weak comparison; RFC 9110 section 13.1.2. */
export function isKnownToClient(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const wanted = opaque(etag);
  return ifNoneMatch.split(',').some((each) => opaque(each.trim()) === wanted);
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
