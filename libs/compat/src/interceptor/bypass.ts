import type { ExecutionContext, Type } from '@nestjs/common';
import { answersByItself } from 'nuthatch';

/** The handlers that are left alone, each found out once. */
export class Bypass {
  private readonly known = new WeakMap<object, Map<Type, boolean>>();

  /** Whether what a handler answers is not what the client gets: it streams events, or writes the response itself. */
  has(context: ExecutionContext): boolean {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const byType = this.known.get(handler) ?? new Map<Type, boolean>();
    this.known.set(handler, byType);
    // A handler that is inherited belongs to several classes.
    const found = byType.get(type) ?? answersByItself(context);
    byType.set(type, found);
    return found;
  }
}
