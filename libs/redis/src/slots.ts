/** What belongs to keys of the same hash tag, together: they are in the same slot of a Cluster, and others seldom. */
export function bySlot<T>(all: readonly T[], keyOf: (one: T) => string): Iterable<T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const tag = tagOf(keyOf(one));
    const group = groups.get(tag);
    if (group === undefined) groups.set(tag, [one]);
    else group.push(one);
  }
  return groups.values();
}

/** What of a key Redis computes the slot of. */
function tagOf(key: string): string {
  const start = key.indexOf('{');
  const end = start < 0 ? -1 : key.indexOf('}', start + 1);
  return end > start + 1 ? key.slice(start + 1, end) : key;
}
