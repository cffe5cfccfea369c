/** Answers one thing after the other, and begins again after the last. */
export function inTurn<T extends object>(things: T | readonly T[]): () => T {
  const all: readonly T[] = isList(things) ? things : [things];
  let next = 0;
  return () => {
    const thing = all[next % all.length];
    next += 1;
    if (thing === undefined) throw new RangeError('a contract needs one factory at least');
    return thing;
  };
}

/** `Array.isArray` does not know of readonly arrays. */
function isList<T extends object>(things: T | readonly T[]): things is readonly T[] {
  return Array.isArray(things);
}
