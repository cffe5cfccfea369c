import { anyGroup, FREE, GUARDED, keysOf, prefixOf, tagOf } from './keys.js';
import { type Change, now, type Wait } from './protocol.js';
import type { CallerParts } from './reads.js';

/** What the changing callers of a process work with. */
export interface ChangesParts extends CallerParts {
  readonly waited: (wait: Wait) => void;
}

/** How a cache is told of a change, and the name of it. */
interface Way {
  readonly how: string;
  readonly tell: () => Promise<unknown>;
}

const AGAIN_MS = 120;

/** Changes the source, then tells the cache: when the cache has acknowledged that, everybody is to know. */
export class Changes {
  readonly #parts: ChangesParts;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
  }

  /** Changes one key, or a group of them, in a way that is left to chance. */
  async one(): Promise<void> {
    const change = this.#any();
    await this.#make(change);
    if (this.#parts.random.next() < 0.5) return;
    // Once more, while others load what has just been changed.
    await new Promise((resolve) => setTimeout(resolve, this.#parts.random.next() * AGAIN_MS));
    await this.#make(change);
  }

  /** Changes a key that somebody else is loading. */
  async overtake(key: string): Promise<void> {
    await this.#make({ kind: GUARDED.includes(key) ? 'guarded' : 'free', key });
  }

  async #make(change: Change): Promise<void> {
    const { line } = this.#parts;
    const versions = await line.ask({ kind: 'change', change });
    if (versions.length === 0) return;
    const { how, tell } = this.#wayOf(change, versions);
    const isRefused = !(await this.#timed(how, tell));
    const keys = change.kind === 'group' ? keysOf(change.group) : [change.key];
    line.say({ kind: 'changed', changed: { change, keys, versions, how, endedAt: now(), isRefused } });
  }

  #any(): Change {
    const { random } = this.#parts;
    const chance = random.next();
    if (chance < 0.6) return { kind: 'guarded', key: oneOf(GUARDED, random.next()) };
    if (chance < 0.8) return { kind: 'free', key: oneOf(FREE, random.next()) };
    return { kind: 'group', group: anyGroup(random.next()) };
  }

  #wayOf(change: Change, [version = 0]: readonly number[]): Way {
    const { cache, random } = this.#parts;
    if (change.kind === 'group') return this.#wayOfGroup(change.group, random.next());
    const { key } = change;
    this.#parts.journal.note(key, `${now().toFixed(0)} changes to ${version}`);
    if (change.kind === 'guarded' && random.next() < 0.7)
      return { how: 'set', tell: () => cache.set(key, { key, version }) };
    return { how: 'delete', tell: () => cache.delete(key) };
  }

  #wayOfGroup(group: number, chance: number): Way {
    const { cache } = this.#parts;
    if (chance < 0.4) return { how: 'invalidateTags', tell: () => cache.invalidateTags(tagOf(group)) };
    if (chance < 0.7)
      return { how: 'invalidateMatching', tell: () => cache.invalidateMatching(`${prefixOf(group)}:*`) };
    return { how: 'bumpVersion', tell: () => cache.bumpVersion(prefixOf(group)) };
  }

  async #timed(how: string, tell: () => Promise<unknown>): Promise<boolean> {
    const { stillness, waited, line } = this.#parts;
    const [begunAt, stillMs] = [now(), stillness.totalMs];
    try {
      await tell();
      return true;
    } catch (error) {
      line.failed(how, error);
      return false;
    } finally {
      const endedAt = now();
      waited({ how, endedAt, ms: endedAt - begunAt - (stillness.totalMs - stillMs) });
    }
  }
}

function oneOf(keys: readonly string[], chance: number): string {
  return keys[Math.floor(chance * keys.length)] ?? '';
}
