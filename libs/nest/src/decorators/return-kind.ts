import 'reflect-metadata';
import { types } from 'node:util';
import { isObservable, Observable } from 'rxjs';
import { describe, plainResult } from '../errors.js';
import type { DecoratedMethod, Site } from './site.js';

/** How the result of a method arrives. */
export type ReturnKind = 'promise' | 'observable';

const ASYNC = Symbol.for('nuthatch:async');

const PLAIN: readonly unknown[] = [Number, String, Boolean, Array, BigInt, Symbol];

/**
 * What a method returns, as far as its declaration tells; `undefined` where only a call can.
 * @throws CacheError `bad_declaration` where it returns a plain value.
 */
export function declaredKind(
  { target, name, where, decorator }: Site,
  method: DecoratedMethod,
): ReturnKind | undefined {
  const type: unknown = Reflect.getMetadata('design:returntype', target, name);
  if (type === Promise || isAsync(method)) return 'promise';
  if (typeof type !== 'function') return undefined;
  if (PLAIN.includes(type)) throw plainResult(where, decorator, type.name);
  return type === Observable || type.prototype instanceof Observable ? 'observable' : undefined;
}

/** An async function, also under other decorators of ours. */
function isAsync(method: DecoratedMethod): boolean {
  return types.isAsyncFunction(method) || Reflect.hasOwnMetadata(ASYNC, method);
}

/** Marks what stands in the place of an async function; the next decorator of ours copies it with all other metadata. */
export function markAsync(method: DecoratedMethod): void {
  Reflect.defineMetadata(ASYNC, true, method);
}

/** @throws CacheError `bad_declaration` where a method has answered a plain value. */
export function observedKind({ where, decorator }: Site, result: unknown): ReturnKind {
  if (isObservable(result)) return 'observable';
  if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function')
    return 'promise';
  throw plainResult(where, decorator, describe(result));
}
