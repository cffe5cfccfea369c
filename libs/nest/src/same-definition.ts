/** Whether two definitions mean the same: plain data by content, everything else (factories, stores, functions) by identity. */
export function isSameDefinition(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && haveSameMembers(one, other);
  return isPlain(one) && isPlain(other) && haveSameMembers(one, other);
}

function haveSameMembers(one: object, other: object): boolean {
  const [members, others] = [given(one), given(other)];
  return (
    members.size === others.size &&
    [...members].every(([name, member]) => isSameDefinition(member, others.get(name)))
  );
}

/** What is left out and what is undefined are the same. */
function given(definition: object): Map<string, unknown> {
  return new Map(Object.entries(definition).filter(([, member]) => member !== undefined));
}

/** An object literal; functions in it, such as those of a factory, are members that compare by identity. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
