/** Keys whose changes are written to the cache, so that only one process at a time may change one of them. */
export const GUARDED: readonly string[] = Array.from({ length: 150 }, (_, at) => `guarded:${at}`);

const GROUPS = 12;
const PER_GROUP = 6;

/** Keys whose changes only ever delete or invalidate: that is safe whoever does it at once. */
export const FREE: readonly string[] = Array.from({ length: GROUPS }, (_, group) => keysOf(group)).flat();

export const ALL: readonly string[] = [...GUARDED, ...FREE];

/** The keys of a group have a tag and a prefix in common. */
export function keysOf(group: number): string[] {
  return Array.from({ length: PER_GROUP }, (_, at) => `${prefixOf(group)}:${at}`);
}

export function prefixOf(group: number): string {
  return `free:${group}`;
}

/** The tags with which a key is written. */
export function tagsOf(key: string): string[] {
  const [kind, group] = key.split(':');
  return kind === 'free' ? [`group ${group}`] : [];
}

export function tagOf(group: number): string {
  return `group ${group}`;
}

export function anyGroup(chance: number): number {
  return Math.floor(chance * GROUPS);
}
