import type { ExecutionContext } from '@nestjs/common';
import { cacheKey } from 'nuthatch/engine';
import { graphqlQueryOf } from './graphql-query.js';
import { digestOf } from './principal.js';
import { normalizeUrl } from './query.js';
import { hostOf, type HttpRequest, requestOf, urlsOf } from './request-facts.js';
import type { Route } from './route.js';

/**
 * What a context asks for, as the first part of a key: what `@CacheKey` says, or else the URL, or the GraphQL query, with the handler that answers it.
 * `undefined` where that cannot be told, and for messages without `@CacheKey`.
 */
export function askedOf(
  context: ExecutionContext,
  route: Route,
): string | undefined | Promise<string | undefined> {
  const { key } = route;
  if (typeof key === 'function') return key(context);
  const type = context.getType<string>();
  if (type === 'http') return key ?? urlKey(requestOf(context), route);
  if (type === 'graphql') return graphqlKey(context, route);
  return key === undefined ? undefined : `${key} ${cacheKey(payloadOf(context, type))}`;
}

function urlKey(request: HttpRequest | undefined, { name, traits, options }: Route): string | undefined {
  // What only a subclass allows has a body, which is no part of a URL.
  if (request === undefined || !['GET', 'HEAD'].includes(request.method)) return undefined;
  const host = options.host === false && !traits.hasHost ? '' : ` ${hostOf(request)}`;
  const urls = urlsOf(request).map((url) => normalizeUrl(url, options.query));
  return `http:${urls.join(' ')} ${name}${traits.version}${host}`;
}

function graphqlKey(context: ExecutionContext, { key, name }: Route): string | undefined {
  const query = graphqlQueryOf(context.getArgs());
  if (query === undefined) return undefined;
  return key === undefined
    ? `graphql:${query.field} ${name} ${digestOf(query.text)}`
    : `${key} ${digestOf(query.args)}`;
}

function payloadOf(context: ExecutionContext, type: string): unknown {
  return type === 'ws' ? context.switchToWs().getData<unknown>() : context.switchToRpc().getData<unknown>();
}
