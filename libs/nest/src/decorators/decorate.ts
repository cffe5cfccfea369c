import 'reflect-metadata';
import { types } from 'node:util';
import type { Cache } from 'nuthatch/engine';
import { defer, lastValueFrom, mergeMap, type Observable, toArray } from 'rxjs';
import type { CacheManager } from '../cache-manager.js';
import { badDeclaration } from '../errors.js';
import { DEFAULT_CACHE } from '../tokens.js';
import { declareManager, managerOf } from './bound-manager.js';
import { declareMethod, nameMethod } from './declared-methods.js';
import { declaredKind, markAsync, observedKind, type ReturnKind } from './return-kind.js';
import type { DecoratedMethod, Site } from './site.js';

/** One call of a decorated method in an application. */
export interface Call {
  readonly site: Site;
  readonly self: object;
  readonly args: never[];
  readonly cache: Cache;
  readonly manager: CacheManager;
  /** Calls the method. */
  readonly method: () => unknown;
}

/** Runs the method of a call: its result, or the list of what its Observable emitted. */
export type Run = () => Promise<unknown>;

/** What a decorator does around a method. */
export interface Advice {
  readonly cache: string | undefined;
  readonly condition: ((...args: never[]) => boolean) | undefined;
  readonly usesDefaultKey?: boolean;
  /** Throws where its options are wrong, naming the method that it is told. */
  readonly check?: (where: string) => void;
  /** Whether it has to act before the method does, and cannot learn from a call what the method returns. */
  readonly actsFirst?: boolean;
  around(call: Call, run: Run): Promise<unknown>;
}

/** Puts an advice around a method. The method keeps its name, its length and the metadata that others have put on it. */
export function decorate(decorator: string, advice: Advice) {
  return (target: object, name: string | symbol, descriptor: PropertyDescriptor): void => {
    const site: Site = {
      decorator,
      target,
      name,
      where: nameMethod(target, target, name),
      defaultKeys: new WeakMap(),
    };
    if (typeof target === 'function')
      throw badDeclaration(
        `${target.name}.${String(name)}`,
        `@${decorator} works on instances, this method is static`,
      );
    if (typeof descriptor?.value !== 'function')
      throw badDeclaration(site.where, `@${decorator} works on methods only`);
    advice.check?.(site.where);
    const method = descriptor.value as DecoratedMethod;
    descriptor.value = keepIdentity(method, wrap(method, site, advice));
    declareManager(target);
    declareMethod(target, {
      name,
      cache: advice.cache ?? DEFAULT_CACHE,
      usesDefaultKey: advice.usesDefaultKey === true,
    });
  };
}

function wrap(method: DecoratedMethod, site: Site, advice: Advice): DecoratedMethod {
  let kind = declaredKind(site, method);
  if (kind === undefined && advice.actsFirst === true)
    throw badDeclaration(
      site.where,
      'beforeInvocation needs to know what the method returns; make it async or write its return type',
    );
  return function decorated(...args) {
    const manager = managerOf(this);
    const cache = manager?.find<unknown>(advice.cache ?? DEFAULT_CACHE);
    if (manager === undefined || cache === undefined) return method.apply(this, args);
    // The types of a decorator's functions were checked against the method when it was compiled.
    const call: Call = {
      site,
      self: this,
      args: args as never[],
      cache,
      manager,
      method: () => method.apply(this, args),
    };
    if (kind !== undefined) return invoke(kind, advice, call);
    if (!applies(advice, call.args)) return call.method();
    const first = call.method();
    kind = observedKind(site, first);
    if (kind === 'promise') ownFailure(first);
    return invoke(kind, advice, { ...call, method: () => first });
  };
}

/** The first call ran before the cache was asked. Where the cache has an answer, nobody awaits that run, and its failure is no crash. */
function ownFailure(first: unknown): void {
  Promise.resolve(first).catch(() => undefined);
}

function invoke(kind: ReturnKind, advice: Advice, call: Call): unknown {
  return kind === 'promise' ? invokePromise(advice, call) : invokeObservable(advice, call);
}

function invokePromise(advice: Advice, call: Call): Promise<unknown> {
  const run = async (): Promise<unknown> => call.method();
  try {
    return applies(advice, call.args) ? advice.around(call, run) : run();
  } catch (error) {
    return Promise.reject(error);
  }
}

function invokeObservable(advice: Advice, call: Call): Observable<unknown> {
  // declaredKind or observedKind has told that it is one.
  const source = (): Observable<unknown> => call.method() as Observable<unknown>;
  return defer(() => {
    if (!applies(advice, call.args)) return source();
    const kept = advice.around(call, () => lastValueFrom(source().pipe(toArray())));
    // Under a shared key, a method that returns a promise may have kept a value that is no list.
    return defer(() => kept).pipe(mergeMap((list) => (Array.isArray(list) ? list : [list])));
  });
}

function applies({ condition }: Advice, args: never[]): boolean {
  return condition === undefined || condition(...args);
}

function keepIdentity(method: DecoratedMethod, decorated: DecoratedMethod): DecoratedMethod {
  const properties = Object.getOwnPropertyDescriptors(method);
  for (const [key, property] of Object.entries(properties))
    if (key !== 'prototype') Object.defineProperty(decorated, key, property);
  for (const key of Reflect.getOwnMetadataKeys(method))
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), decorated);
  if (types.isAsyncFunction(method)) markAsync(decorated);
  return decorated;
}
