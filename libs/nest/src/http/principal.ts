import { hash } from 'node:crypto';
import { certificateOf } from './client-certificate.js';
import { ANALYTICS_COOKIES, privateCookies } from './cookies.js';
import { isCredentialHeader } from './credential-headers.js';
import { sessionOf, userOf } from './guard-findings.js';

/** Who asks, as far as a request tells. */
export type Principal =
  /** Nobody in particular: the answer is the same for everybody. */
  | { readonly kind: 'anyone' }
  /** Somebody, told apart by this digest: the answer is for him alone. */
  | { readonly kind: 'someone'; readonly id: string }
  /** Somebody, but nothing tells who: the answer must not be kept. */
  | { readonly kind: 'unidentified'; readonly why: string };

/** What of a request of Express or Fastify tells who asks. */
export interface IdentifiableRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What a guard has set. */
  readonly user?: unknown;
  readonly session?: unknown;
  readonly [name: string]: unknown;
}

/** How it is told who asks. What is left out makes more requests somebody's own, never fewer. */
export interface PrincipalRules {
  /**
   * Answers who asks: a text that no two users share, `null` for nobody in particular, or `undefined` where the request itself is to tell.
   * It is asked first, and its text or `null` counts, whatever else the request carries.
   */
  identify?(request: IdentifiableRequest): string | null | undefined;
  /** More headers that tell who asks, such as `x-device-id`; those that look like it by name always do. None by default. */
  readonly principalHeaders?: readonly string[] | undefined;
  /**
   * Cookies that tell nothing of who asks, a `*` at the end for any ending; every other one may be a session. Those of analytics by default
   * ({@link ANALYTICS_COOKIES}); `[]` for none.
   */
  readonly publicCookies?: readonly string[] | undefined;
}

/** Where guards put whom they have found, and whose he is. */
const GUARDS_NAMES = ['user', 'auth', 'currentUser', 'account', 'userId', 'tenant', 'tenantId'] as const;

/** Longer than what is sent in life; what is longer is not worth the hashing. */
const LONGEST_SOURCE = 8192;
const ANYONE: Principal = { kind: 'anyone' };

/**
 * Who asks, told from a request of Express or Fastify: by `identify`, or else by all of these together, since each may be what the answer depends
 * on: `request.user` and its like, `session`, headers that carry credentials, the certificate of the client, and cookies. Its `id` is a SHA-256 digest.
 * It never throws; what it cannot read is unidentified.
 */
export function principalOf(request: unknown, rules: PrincipalRules = {}): Principal {
  if (!isRequest(request)) return unidentified('this is no request with headers');
  try {
    const chosen = rules.identify?.(request);
    if (chosen !== undefined) return chosen === null ? ANYONE : identified(chosen);
    return principalFrom(request, rules);
  } catch {
    // What was thrown may hold what was to be kept secret; where it came from is all that is told.
    return unidentified('reading who asks threw an error');
  }
}

/** What has been found of who asks: every text is preceded by its length, so that no two lists of findings make one digest. */
class Findings {
  private all = '';
  private why: string | undefined;

  add(kind: string, text: string | undefined | { readonly why: string }): void {
    if (text === undefined) return;
    if (typeof text !== 'string') this.why ??= text.why;
    else if (text.length > LONGEST_SOURCE)
      this.why ??= `its ${kind} is longer than ${LONGEST_SOURCE} characters`;
    else this.all += `${kind.length}:${kind}${text.length}:${text}`;
  }

  get principal(): Principal {
    if (this.why !== undefined) return unidentified(this.why);
    return this.all === '' ? ANYONE : { kind: 'someone', id: digestOf(this.all) };
  }
}

function principalFrom(request: IdentifiableRequest, rules: PrincipalRules): Principal {
  const findings = new Findings();
  addGuards(findings, request);
  const raw = request['raw'];
  if (isObject(raw) && raw !== request) addGuards(findings, raw);
  addHeaders(findings, request, rules);
  findings.add('certificate', certificateOf(request));
  return findings.principal;
}

function addGuards(findings: Findings, carrier: Readonly<Record<string, unknown>>): void {
  for (const name of GUARDS_NAMES) {
    const found = carrier[name];
    if (found !== undefined) findings.add(name, userOf(found, name));
  }
  findings.add('session', sessionOf(carrier['session']));
}

function addHeaders(
  findings: Findings,
  { headers }: IdentifiableRequest,
  { principalHeaders, publicCookies = ANALYTICS_COOKIES }: PrincipalRules,
): void {
  for (const name in headers) {
    if (name === 'cookie') {
      const text = privateCookies(textOf(headers[name]), publicCookies);
      if (text !== '') findings.add('cookie', text);
    } else if (isCredentialHeader(name) || isAmong(principalHeaders, name)) {
      findings.add(`header ${name}`, textOf(headers[name]));
    }
  }
}

function identified(chosen: unknown): Principal {
  if (typeof chosen !== 'string' || chosen === '')
    return unidentified('identify answered something else than a text');
  return { kind: 'someone', id: digestOf(`identify${chosen.length}:${chosen}`) };
}

/** A digest that is safe in keys. Of UTF-16, in which no two texts are the same bytes. */
export function digestOf(text: string): string {
  return hash('sha256', Buffer.from(text, 'utf16le'), 'base64url');
}

function unidentified(why: string): Principal {
  return { kind: 'unidentified', why };
}

function isRequest(request: unknown): request is IdentifiableRequest {
  try {
    return isObject(request) && isObject(request['headers']);
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isAmong(names: readonly string[] | undefined, name: string): boolean {
  return names?.some((each) => each.toLowerCase() === name.toLowerCase()) === true;
}

/** Several lines of one header, told from one line with a comma. */
function textOf(value: string | readonly string[] | undefined): string {
  return Array.isArray(value) ? JSON.stringify(value) : String(value ?? '');
}
