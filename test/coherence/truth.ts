import { keysOf } from './keys.js';
import type { Change, Changed } from './protocol.js';

interface Acknowledgement {
  readonly version: number;
  readonly at: number;
}

/** What the source has, which all processes load from, and what of it every reader should know by now. */
export class Truth {
  readonly #versions = new Map<string, number>();
  readonly #acknowledged = new Map<string, Acknowledgement[]>();
  /** Who is changing a guarded key. */
  readonly #owners = new Map<string, number>();
  #changes = 0;

  get changes(): number {
    return this.#changes;
  }

  read(key: string): number {
    return this.#versions.get(key) ?? 0;
  }

  /** Changes the source, before any cache is told; nothing where it is somebody else's turn. */
  change(change: Change, owner: number): readonly number[] {
    if (change.kind === 'guarded' && this.#owners.has(change.key)) return [];
    if (change.kind === 'guarded') this.#owners.set(change.key, owner);
    return keysIn(change).map((key) => {
      const version = this.read(key) + 1;
      this.#versions.set(key, version);
      return version;
    });
  }

  /** A cache has acknowledged the change, or refused it. */
  changed({ change, keys, versions, endedAt, isRefused }: Changed): void {
    if (change.kind === 'guarded') this.#owners.delete(change.key);
    if (isRefused) return;
    this.#changes++;
    for (const [at, key] of keys.entries())
      this.#acknowledge(key, { version: versions[at] ?? 0, at: endedAt });
  }

  /** How long ago, at `at`, something newer than `version` was acknowledged; 0 where nothing was. */
  staleness(key: string, version: number, at: number): number {
    const all = this.#acknowledged.get(key) ?? [];
    let first = at;
    for (let index = all.length - 1; index >= 0; index--) {
      const one = all[index];
      if (one === undefined || one.version <= version) break;
      first = Math.min(first, one.at);
    }
    return at - first;
  }

  /** The last acknowledgements of a key, for whoever has to explain. */
  lastOf(key: string): string {
    const last = (this.#acknowledged.get(key) ?? []).slice(-5);
    return last.map(({ version, at }) => `${version} at ${at.toFixed(0)}`).join(', ');
  }

  /** In order of version. */
  #acknowledge(key: string, one: Acknowledgement): void {
    const all = this.#acknowledged.get(key) ?? [];
    this.#acknowledged.set(key, all);
    let index = all.length;
    while (index > 0 && (all[index - 1]?.version ?? 0) > one.version) index--;
    all.splice(index, 0, one);
  }
}

export function keysIn(change: Change): readonly string[] {
  return change.kind === 'group' ? keysOf(change.group) : [change.key];
}
