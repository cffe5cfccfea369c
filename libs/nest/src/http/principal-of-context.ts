import type { ExecutionContext } from '@nestjs/common';
import { isCredentialParameter } from './credential-headers.js';
import { graphqlRequestOf } from './graphql-query.js';
import { messageHeaders } from './message-headers.js';
import { type IdentifiableRequest, type Principal, principalOf, type PrincipalRules } from './principal.js';
import type { CacheResponseOptions } from './response-options.js';
import type { Visit } from './visit.js';

const ANYONE: Principal = { kind: 'anyone' };

/** What carries who asks. */
export interface Carrier {
  readonly principal: Principal;
  readonly headers: IdentifiableRequest['headers'];
}

/** Who asks in a context of any kind: by its request, the request of its GraphQL context, the client of its socket, or what came with its message. */
export function carrierOf(
  context: ExecutionContext,
  options: PrincipalRules & Pick<CacheResponseOptions, 'forEveryone'>,
): Carrier {
  const request = requestIn(context, options);
  const headers = hasHeaders(request) ? request.headers : {};
  const principal = options.forEveryone === true ? ANYONE : principalOf(request, options);
  return { principal, headers };
}

/** Whether it is still the same who asks: what comes after the interceptor may tell only then. */
export function isStillAsking({ context, key, route }: Pick<Visit, 'context' | 'key' | 'route'>): boolean {
  const [before, { principal: now }] = [key.principal, carrierOf(context, route.options)];
  if (before.kind === 'someone') return now.kind === 'someone' && now.id === before.id;
  return now.kind === before.kind;
}

function requestIn(context: ExecutionContext, { identify }: PrincipalRules): unknown {
  const type = context.getType<string>();
  if (type === 'http') return context.switchToHttp().getRequest<unknown>();
  if (type === 'graphql') return graphqlRequestOf(context.getArgs());
  if (type === 'ws') {
    const request = clientRequest(context.switchToWs().getClient<unknown>());
    return isTold(request) || identify !== undefined ? { headers: {}, ...request } : undefined;
  }
  const message = context.switchToRpc().getContext<unknown>();
  return { headers: messageHeaders(message), user: memberOf(message, 'user'), message };
}

interface ClientRequest {
  readonly client: unknown;
  readonly headers?: object | undefined;
  readonly user: unknown;
  readonly session: unknown;
}

/** A socket has the headers of its handshake, where its library keeps them, and the user whom a guard has put on it, or into its data. */
function clientRequest(client: unknown): ClientRequest {
  const handshake =
    memberOf(client, 'handshake') ?? memberOf(client, 'upgradeReq') ?? memberOf(client, 'request');
  const headers = memberOf(handshake, 'headers');
  const users = [client, memberOf(client, 'data'), handshake].map((place) => memberOf(place, 'user'));
  const session = { auth: memberOf(handshake, 'auth'), query: credentialsIn(memberOf(handshake, 'query')) };
  return {
    client,
    user: users.find((user) => user !== undefined),
    session: isEmpty(session.auth) && isEmpty(session.query) ? undefined : session,
    ...(typeof headers === 'object' && headers !== null && { headers }),
  };
}

/** Some libraries show nothing of the handshake: then nobody can tell whether it carried credentials. */
function isTold({ headers, user }: ClientRequest): boolean {
  return headers !== undefined || user !== undefined;
}

/** Of the query of a handshake, in which there is also what differs for each connection. */
function credentialsIn(query: unknown): object {
  const pairs = typeof query === 'object' && query !== null ? Object.entries(query) : [];
  return Object.fromEntries(pairs.filter(([name]) => isCredentialParameter(name)));
}

function isEmpty(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function hasHeaders(request: unknown): request is IdentifiableRequest {
  const headers = memberOf(request, 'headers');
  return typeof headers === 'object' && headers !== null;
}

function memberOf(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  return Reflect.get(holder, name) as unknown;
}
