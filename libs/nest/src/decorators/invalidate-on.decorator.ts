import 'reflect-metadata';
import type { InvalidationTemplates } from 'nuthatch/engine';
import { refuseUnknown } from './options.js';

/** Which cache a rule is about. */
export interface InvalidateOnOptions {
  /** The name of the cache; that of `@CacheConfig`, or else `'default'`, when left out. One that does not exist fails the start. */
  readonly cache?: string | undefined;
}

/** A rule as a class declares it. */
export interface DeclaredRule {
  readonly event: string;
  readonly templates: InvalidationTemplates;
  /** As the rule says it. */
  readonly cache: string | undefined;
  /** Where it stands, in errors. */
  readonly where: string;
}

const RULES = Symbol.for('nuthatch:rules');

/**
 * Says, on a class or on one of its methods, what an event invalidates, from the start of the application on: `cache.publish(event, params)`
 * then makes it gone. May stand several times. The same as `cache.invalidateOn`, told where the keys are made.
 *
 * @example
 * ```ts
 * @InvalidateOn('user.updated', ['user:{id}', 'user:{id}:*'])
 * @Cacheable({ key: (id: number) => `user:${id}` })
 * async find(id: number): Promise<User> { ... }
 * ```
 * The start rejects with a CacheError `bad_rule` naming the template, or `unknown_name` where there is no such cache.
 */
export function InvalidateOn(
  event: string,
  templates: InvalidationTemplates,
  options: InvalidateOnOptions = {},
): ClassDecorator & MethodDecorator {
  refuseUnknown('@InvalidateOn', options, { decorator: 'InvalidateOn', options: { cache: true } });
  const { cache } = options;
  return (target: object, name?: string | symbol): void => {
    const prototype: object = typeof target === 'function' ? (target.prototype as object) : target;
    const where = [prototype.constructor.name, ...(name === undefined ? [] : [String(name)])].join('.');
    const rule: DeclaredRule = { event, templates, cache, where };
    Reflect.defineMetadata(RULES, [...ownRules(prototype), rule], prototype);
  };
}

/** The rules of a class and of those that it extends. */
export function declaredRules(prototype: object): DeclaredRule[] {
  const rules: DeclaredRule[] = [];
  for (let own: object | null = prototype; own !== null; own = Object.getPrototypeOf(own))
    rules.push(...ownRules(own));
  return rules;
}

function ownRules(prototype: object): readonly DeclaredRule[] {
  // Only InvalidateOn writes this metadata.
  return (Reflect.getOwnMetadata(RULES, prototype) as readonly DeclaredRule[] | undefined) ?? [];
}
