import type { ExecutionContext } from '@nestjs/common';

/** Whether the client of a call over HTTP or GraphQL has gone, so that what its handler throws may come just of that. */
export function isGone(context: ExecutionContext): boolean {
  const response = responseOf(context);
  return (
    memberOf(response, 'destroyed') === true || memberOf(memberOf(response, 'raw'), 'destroyed') === true
  );
}

function responseOf(context: ExecutionContext): unknown {
  const kind = context.getType<string>();
  if (kind === 'http') return context.switchToHttp().getResponse<unknown>();
  if (kind !== 'graphql') return undefined;
  const found = context.getArgByIndex<unknown>(2);
  return memberOf(found, 'res') ?? memberOf(found, 'reply');
}

function memberOf(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined;
  return Reflect.get(holder, name) as unknown;
}
