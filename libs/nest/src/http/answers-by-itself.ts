import type { ExecutionContext, Type } from '@nestjs/common';
import { handlerTraits } from './handler-traits.js';

/**
 * Whether what a handler returns is not what the client gets, so that no interceptor can answer in its place: it streams events (`@Sse`), or writes
 * the response itself (`@Res`, `@Next`). Decorators that have wrapped it make no difference.
 */
export function answersByItself(context: ExecutionContext): boolean {
  const [type, handler] = [context.getClass(), context.getHandler()];
  // The context of a test may have no class.
  if (typeof type?.prototype !== 'object') return false;
  const isWrittenBy = (each: object): boolean =>
    ['sends-itself', 'sse'].includes(handlerTraits(type, each).leftAlone ?? '');
  if (handlerTraits(type, handler).leftAlone !== 'unknown-method') return isWrittenBy(handler);
  // Which method of its class this is, nobody can tell: it may be one that does.
  return methodsOf(type).some(isWrittenBy);
}

function methodsOf(type: Type): readonly object[] {
  const methods = new Map<string, object>();
  // Every prototype is an object, or null behind the last.
  for (let at = type.prototype as object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && !methods.has(name)) methods.set(name, value as object);
  return [...methods.values()];
}
