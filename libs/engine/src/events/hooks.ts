import type { EntryView } from '../kernel/entry.js';

/**
 * Calls into your own code at the moments of an entry's life, with key, value and a read-only view of the entry. All
 * methods may be left out. They run synchronously, after the fact; what they throw is reported as `hook_failed` and changes nothing.
 */
export interface CacheHook<V = unknown> {
  onHit?(key: string, value: V, entry: EntryView): void;
  onMiss?(key: string): void;
  onSet?(key: string, value: V): void;
  onEvict?(key: string, value: V, entry: EntryView): void;
  onExpire?(key: string, value: V, entry: EntryView): void;
  onDelete?(key: string): void;
}
