import { cacheKey } from 'nuthatch/engine';

/** A root field of a query. */
export interface GraphqlQuery {
  readonly field: string;
  /** All that its resolver may depend on: document, operation, variables, and where in it the field is. */
  readonly text: string;
  /** The arguments of the field. */
  readonly args: string;
}

/** What of `GraphQLResolveInfo` is looked at. */
interface Info {
  readonly fieldName: string;
  readonly parentType: unknown;
  readonly schema: { getQueryType(): unknown };
  readonly path: { readonly prev?: unknown; readonly key: string | number };
  readonly operation: {
    readonly name?: { readonly value: string };
    readonly loc?: { readonly source?: { readonly body?: unknown } };
  };
  readonly variableValues: unknown;
}

/**
 * The root field of a query that a resolver is asked for, from the arguments of its context; `undefined` for mutations and subscriptions, for fields
 * further down, whose parents are no part of a key, and for what is no resolver.
 */
export function graphqlQueryOf(contextArgs: readonly unknown[]): GraphqlQuery | undefined {
  const [, args, , info] = contextArgs;
  if (!isInfo(info) || !isRootOfQuery(info)) return undefined;
  const body = info.operation.loc?.source?.body;
  if (typeof body !== 'string') return undefined;
  const text = textOf(body, info.operation.name?.value, info.variableValues, info.path.key);
  const argsText = textOf(args);
  return text && argsText ? { field: info.fieldName, text, args: argsText } : undefined;
}

function isRootOfQuery({ path, parentType, schema }: Info): boolean {
  return path.prev === undefined && parentType === schema.getQueryType();
}

/** The request that a GraphQL context carries, by the names that servers use; and a user who stands beside it. */
export function graphqlRequestOf(contextArgs: readonly unknown[]): unknown {
  const context = contextArgs[2];
  if (typeof context !== 'object' || context === null) return undefined;
  const { req, request, user, auth, currentUser } = context as Readonly<Record<string, unknown>>;
  const found = req ?? request;
  const beside = user ?? currentUser ?? auth;
  if (typeof found !== 'object' || found === null || beside === undefined || beside === null) return found;
  const {
    headers,
    raw,
    session,
    socket,
    user: own,
    auth: ownAuth,
  } = found as Readonly<Record<string, unknown>>;
  return { headers, raw, session, socket, user: own, auth: ownAuth, currentUser: beside };
}

/** Variables may be instances, such as a file that is sent up, whose state cannot be seen: those have no place in a key. */
function textOf(...parts: readonly unknown[]): string | undefined {
  try {
    const texts = parts.map((part) => (typeof part === 'string' ? part : `#${cacheKey(part)}`));
    return texts.map((text) => `${text.length}:${text}`).join('');
  } catch {
    return undefined;
  }
}

function isInfo(info: unknown): info is Info {
  if (typeof info !== 'object' || info === null) return false;
  const { operation, schema, path } = info as Readonly<Record<string, unknown>>;
  return [operation, schema, path].every((part) => typeof part === 'object' && part !== null);
}
