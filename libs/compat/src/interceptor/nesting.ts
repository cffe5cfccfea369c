import type { Observable } from 'rxjs';
import { defer, finalize } from 'rxjs';

/** What an interceptor is finding an answer for. */
interface Found {
  readonly cache: object;
  readonly id: string;
}

/**
 * What is being answered in each context, by whatever interceptors there are around its handler: instances know nothing of one another, but the context
 * is the same. A note is gone when the handler is done.
 */
const answering = new WeakMap<object, Set<Found>>();

/** Whether another interceptor around this one is about to keep the same: waiting for it, this one would wait for itself. */
export function isAnswering(context: object, { cache, id }: Found): boolean {
  for (const each of answering.get(context) ?? []) if (each.cache === cache && each.id === id) return true;
  return false;
}

/** Runs a handler in a context in which {@link isAnswering} tells of it. */
export function answeringWith<T>(context: object, found: Found, handle: () => Observable<T>): Observable<T> {
  return defer(() => {
    const all = answering.get(context) ?? new Set();
    answering.set(context, all.add(found));
    return handle().pipe(finalize(() => all.delete(found)));
  });
}
