import 'reflect-metadata';
import { types } from 'node:util';
import { badDeclaration, notAPromise } from '../errors.js';
import { DEFAULT_CACHE } from '../tokens.js';
import type { Advice, Around, Call, Place } from './advice.js';
import { declareManager, managerOf } from './bound-manager.js';
import { type CacheConfigOptions, configOf } from './cache-config.decorator.js';
import { declareMethod, nameMethod } from './declared-methods.js';
import { invoke } from './invoke.js';
import { perClass } from './per-class.js';
import { declaredKind, markAsync, observedKind } from './return-kind.js';
import type { DecoratedMethod, Site } from './site.js';

/** A decorator as it is called, whatever the compiler has been told of it. */
export type AnyDecorator = (
  target: object,
  name?: string | symbol,
  descriptor?: TypedPropertyDescriptor<never> | PropertyDescriptor,
) => void;

/** Puts an advice around a method. The method keeps its name, its length and the metadata that others have put on it. */
export function decorate(advice: Advice): AnyDecorator {
  return (target, name, descriptor) => {
    const site = siteOf(advice.decorator, target, name);
    if (typeof descriptor?.value !== 'function')
      throw badDeclaration(site.where, `@${advice.decorator} works on methods only`);
    advice.check?.(site.where, {});
    // It was just seen to be a function.
    const method = descriptor.value as DecoratedMethod;
    Object.assign(descriptor, { value: keepIdentity(method, wrap(method, site, advice)) });
    declareManager(target);
    for (const { options, usesDefaultKey = false, check } of advice.members ?? [advice])
      declareMethod(target, { name: site.name, cache: options.cache, usesDefaultKey, check });
  };
}

/** Where a decorator acts, for a class with these options. */
export function placeOf({ options }: Advice, config: CacheConfigOptions): Place {
  return { cache: options.cache ?? config.cache ?? DEFAULT_CACHE, keyPrefix: config.keyPrefix };
}

function siteOf(decorator: string, target: object, name: string | symbol | undefined): Site {
  if (typeof target === 'function')
    throw name === undefined
      ? badDeclaration(target.name, `@${decorator} stands on methods; @CacheConfig is for classes`)
      : badDeclaration(
          `${target.name}.${String(name)}`,
          `@${decorator} works on instances, this method is static`,
        );
  if (name === undefined) throw badDeclaration(`@${decorator}`, 'stands on methods');
  return { decorator, target, name, where: nameMethod(target, target, name), defaultKeys: new WeakMap() };
}

/** An advice for the methods of one class. */
interface Bound {
  readonly place: Place;
  readonly around: Around;
}

function wrap(method: DecoratedMethod, site: Site, advice: Advice): DecoratedMethod {
  let kind = knownKind(method, site, advice);
  const boundFor = perClass((prototype): Bound => {
    const config = configOf(prototype);
    return { place: placeOf(advice, config), around: advice.bind(config) };
  });
  return function decorated(...args) {
    const manager = managerOf(this);
    if (manager === undefined) return method.apply(this, args);
    const { place, around } = boundFor(this);
    const cache = manager.find<unknown>(place.cache);
    if (cache === undefined) return method.apply(this, args);
    const call: Call = {
      site,
      self: this,
      // The types of a decorator's functions were checked against the method when it was compiled.
      args: args as never[],
      place,
      cache,
      manager,
      method: (others = args) => method.apply(this, [...others]),
    };
    if (kind !== undefined) return invoke(kind, { advice, around }, call);
    const first = call.method();
    kind = observedKind(site, first);
    if (kind === 'promise') ownFailure(first);
    return invoke(kind, { advice, around }, { ...call, method: () => first });
  };
}

function knownKind(method: DecoratedMethod, site: Site, { returns, actsFirst }: Advice) {
  const declared = declaredKind(site, method);
  if (returns !== undefined && declared !== undefined && declared !== returns) throw notAPromise(site);
  const kind = returns ?? declared;
  if (kind === undefined && actsFirst === true)
    throw badDeclaration(
      site.where,
      'beforeInvocation needs to know what the method returns; make it async or write its return type',
    );
  return kind;
}

/** The first call ran before the cache was asked. Where the cache has an answer, nobody awaits that run, and its failure is no crash. */
function ownFailure(first: unknown): void {
  Promise.resolve(first).catch(() => undefined);
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
