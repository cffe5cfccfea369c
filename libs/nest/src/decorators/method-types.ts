import type { Observable } from 'rxjs';

/** A method whose result can be cached: one that returns a `Promise` or an `Observable`. */
export type CacheableMethod = (...args: never[]) => Promise<unknown> | Observable<unknown>;

/** What a method comes to: what its promise resolves to, or the list of what its Observable emits. */
export type ResultOf<M extends CacheableMethod> =
  ReturnType<M> extends Observable<infer T> ? readonly T[] : Awaited<ReturnType<M>>;

/** Refuses options that there are not, which would otherwise pass for more of a generic type. */
export type Exactly<O, Known> = O & Readonly<Record<Exclude<keyof O, keyof Known>, never>>;

/** As {@link Exactly}, for options that may be a list of such. */
export type ExactlyEach<O, Known> = O extends readonly unknown[]
  ? { readonly [Index in keyof O]: Exactly<O[Index], Known> }
  : Exactly<O, Known>;

/** Refuses a method that the options were not written for; the name of the member is the message. */
export type Fitting<M, O, Wanted> = TypedPropertyDescriptor<M> &
  (O extends Wanted
    ? unknown
    : { readonly 'a function in the options does not take what the method is called with': Wanted });
