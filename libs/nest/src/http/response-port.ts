/** What a response says before its body. */
export interface ResponseHead {
  readonly status: number;
  /** The text of a header, its lines joined; `undefined` where there is none. */
  header(name: string): string | undefined;
}

/** The response of Express or Fastify, as far as a cache needs it. */
export interface ResponsePort extends ResponseHead {
  /** Whether it has begun to be sent. */
  readonly isSent: boolean;
  /** Whether there is nobody any more to send it to. */
  readonly isGone: boolean;
  setStatus(status: number): void;
  setHeader(name: string, value: string): void;
}

const COOKIES = 'fastify.reply.setCookies';

/** What Express, Fastify and Node call it. */
interface AnyResponse {
  statusCode: number;
  readonly headersSent?: boolean;
  readonly sent?: boolean;
  readonly destroyed?: boolean;
  readonly raw?: { readonly headersSent?: boolean; readonly destroyed?: boolean };
  getHeader(name: string): unknown;
  setHeader?(name: string, value: string): unknown;
  header?(name: string, value: string): unknown;
}

/** The response of a context; `undefined` where it is none that is known. */
export function responsePort(response: unknown): ResponsePort | undefined {
  return isResponse(response) ? new PlatformResponse(response) : undefined;
}

class PlatformResponse implements ResponsePort {
  constructor(private readonly response: AnyResponse) {}

  get status(): number {
    return this.response.statusCode;
  }

  get isSent(): boolean {
    const { headersSent, sent, raw } = this.response;
    return headersSent === true || sent === true || raw?.headersSent === true;
  }

  get isGone(): boolean {
    return this.response.destroyed === true || this.response.raw?.destroyed === true;
  }

  header(name: string): string | undefined {
    const text = textOf(this.response.getHeader(name));
    return text ?? (name === 'set-cookie' ? pendingCookies(this.response) : undefined);
  }

  setStatus(status: number): void {
    this.response.statusCode = status;
  }

  setHeader(name: string, value: string): void {
    if (typeof this.response.setHeader === 'function') this.response.setHeader(name, value);
    else this.response.header?.(name, value);
  }
}

/** A head that stays as it is, of these headers. */
export function frozenHead(head: ResponseHead, names: Iterable<string>): ResponseHead {
  const headers = new Map(Array.from(names, (name) => [name, head.header(name)]));
  return { status: head.status, header: (name) => headers.get(name) };
}

/** The members of a header that is a list, in lower case, each once and in order. */
export function listOf(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const members = header.split(',').map((member) => member.trim().toLowerCase());
  return [...new Set(members.filter((member) => member !== ''))].sort();
}

/** `@fastify/cookie` holds cookies back until the response is sent. */
function pendingCookies(response: object): string | undefined {
  const place = Object.getOwnPropertySymbols(response).find((symbol) => symbol.description === COOKIES);
  const held: unknown = place === undefined ? undefined : Reflect.get(response, place);
  return held instanceof Map && held.size > 0 ? [...held.keys()].map(String).join(', ') : undefined;
}

function isResponse(response: unknown): response is AnyResponse {
  if (typeof response !== 'object' || response === null) return false;
  return 'statusCode' in response && 'getHeader' in response && typeof response.getHeader === 'function';
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(', ') : String(value);
}
