/**
 * Makes something once for each class whose instances ask for it, when the first of them does: what stands on a class is only known after what
 * stands on its methods.
 */
export function perClass<T>(make: (prototype: object) => T): (instance: object) => T {
  const made = new WeakMap<object, { readonly value: T }>();
  return (instance) => {
    // Instances that are given a cache have one.
    const prototype = Object.getPrototypeOf(instance) as object;
    const known = made.get(prototype);
    if (known !== undefined) return known.value;
    const value = make(prototype);
    made.set(prototype, { value });
    return value;
  };
}
