import 'reflect-metadata';
import type { CacheEvent } from 'nuthatch/engine';
import { badDeclaration } from '../errors.js';
import { refuseUnknown } from './options.js';

/** The name of an event. */
export type CacheEventType = CacheEvent['type'];

/** An event of that name. */
export type CacheEventOf<Type extends CacheEventType> = Extract<CacheEvent, { readonly type: Type }>;

/** Which cache a method listens to. */
export interface OnCacheEventOptions {
  /** The name of the cache; that of `@CacheConfig`, or else `'default'`, when left out. One that does not exist fails the start. */
  readonly cache?: string | undefined;
}

/** A listener as a class declares it. */
export interface DeclaredListener {
  readonly type: CacheEventType;
  /** As the method says it. */
  readonly cache: string | undefined;
  readonly name: string | symbol;
  /** Where it stands, in errors and in the log. */
  readonly where: string;
}

const LISTENERS = Symbol.for('nuthatch:listeners');

/**
 * Has the method called with each event of that name, from the start of the application until its caches are closed. May stand several times. What the
 * method throws, or rejects with, becomes an event `hook_failed` and a line in the log, and changes nothing; nobody waits for it.
 *
 * @example
 * ```ts
 * @OnCacheEvent('entry_evicted', { cache: 'airports' })
 * noteEviction(event: CacheEventOf<'entry_evicted'>): void { ... }
 * ```
 * The start rejects with a CacheError `bad_declaration` on a request-scoped or transient class, and `unknown_name` where there is no such cache.
 * @throws CacheError `bad_declaration` on what is no method of instances.
 */
export function OnCacheEvent<Type extends CacheEventType>(type: Type, options: OnCacheEventOptions = {}) {
  refuseUnknown('@OnCacheEvent', options, { decorator: 'OnCacheEvent', options: { cache: true } });
  return <M extends (event: CacheEventOf<Type>) => unknown>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    if (typeof target === 'function' || typeof descriptor?.value !== 'function')
      throw badDeclaration(
        `${nameOf(target)}.${String(name)}`,
        '@OnCacheEvent works on methods of instances',
      );
    const listener: DeclaredListener = {
      type,
      cache: options.cache,
      name,
      where: `${nameOf(target)}.${String(name)}`,
    };
    Reflect.defineMetadata(LISTENERS, [...ownListeners(target), listener], target);
  };
}

/** The listeners that instances with this prototype have. A method that was overridden listens where the override says so. */
export function declaredListeners(prototype: object): DeclaredListener[] {
  const listeners: DeclaredListener[] = [];
  const seen = new Set<string | symbol>();
  for (let own: object | null = prototype; own !== null; own = Object.getPrototypeOf(own)) {
    listeners.push(...ownListeners(own).filter(({ name }) => !seen.has(name)));
    for (const name of Reflect.ownKeys(own)) seen.add(name);
  }
  return listeners;
}

function nameOf(target: object): string {
  return typeof target === 'function' ? target.name : target.constructor.name;
}

function ownListeners(prototype: object): readonly DeclaredListener[] {
  // Only OnCacheEvent writes this metadata.
  return (Reflect.getOwnMetadata(LISTENERS, prototype) as readonly DeclaredListener[] | undefined) ?? [];
}
