import type { Type } from '@nestjs/common';

/** What Nest knows of a handler, by its decorators. */
export interface HandlerTraits {
  readonly method: string;
  /** Why it cannot be cached, whatever it answers; `undefined` where it can. */
  readonly leftAlone: string | undefined;
  /** Whether it is handed the response, and may change its head. */
  readonly usesResponse: boolean;
  /** What tells it from other handlers of the same path; empty where nothing does. */
  readonly version: string;
  /** Whether it serves certain hosts. */
  readonly hasHost: boolean;
}

/** Nest's own names of metadata, and numbers of parameters, as they have been since version 7; it exports them from different places. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const PASSTHROUGH = '__responsePassthrough__';
const RESPONSE = '1:';
const NEXT = '2:';

export function handlerTraits(type: Type, handler: object): HandlerTraits {
  const method = methodOf(type, handler);
  const parameters = Object.keys(
    (Reflect.getMetadata(ROUTE_ARGUMENTS, type, method ?? '') as object | undefined) ?? {},
  );
  const usesResponse = parameters.some((name) => name.startsWith(RESPONSE) || name.startsWith(NEXT));
  const sendsItself = usesResponse && Reflect.getMetadata(PASSTHROUGH, type, method ?? '') !== true;
  return {
    method: method ?? 'handler',
    leftAlone: whyLeftAlone(handler, method === undefined, sendsItself),
    usesResponse,
    version: versionOf(
      Reflect.getMetadata('__version__', handler) ?? Reflect.getMetadata('__version__', type),
    ),
    hasHost: Reflect.getMetadata('host', type) !== undefined,
  };
}

function whyLeftAlone(handler: object, isUnknown: boolean, sendsItself: boolean): string | undefined {
  if (isUnknown) return 'unknown-method';
  if (sendsItself) return 'sends-itself';
  if (Reflect.getMetadata('__sse__', handler) !== undefined) return 'sse';
  return Reflect.getMetadata('__redirect__', handler) === undefined ? undefined : 'redirect';
}

/** The name under which the class has the handler, which another decorator may have wrapped under another. */
function methodOf(type: Type, handler: object): string | undefined {
  for (
    let at = type.prototype as object | null;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  )
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (value === handler) return name;
  const { name } = handler as { readonly name?: string };
  return name !== undefined && name in (type.prototype as object) ? name : undefined;
}

function versionOf(version: unknown): string {
  return version === undefined ? '' : `@${[version].flat().map(String).sort().join(',')}`;
}
