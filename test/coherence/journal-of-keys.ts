import type { CacheEvent } from 'nuthatch/engine';
import { now, type Said } from './protocol.js';
import { reasonOf } from './parent-line.js';

const KEPT = 15;
const QUIET_MS = 250;

/** Remembers the last events of each key, and says what concerns the link of the cache. */
export class JournalOfKeys {
  readonly #say: (said: Said) => void;
  readonly #lines = new Map<string, string[]>();
  #isLinked = true;
  #failedAt = -Infinity;

  constructor(say: (said: Said) => void) {
    this.#say = say;
  }

  get isLinked(): boolean {
    return this.#isLinked;
  }

  linesOf(key: string): readonly string[] {
    return this.#lines.get(key) ?? [];
  }

  readonly heard = (event: CacheEvent): void => {
    const at = now();
    if (event.type === 'bus_linked') this.#isLinked = true;
    if (event.type === 'bus_unlinked') this.#isLinked = false;
    for (const key of keysOf(event)) this.note(key, `${at.toFixed(0)} ${lineOf(event)}`);
    if (/^(bus_|store_|tier_|invalidation_failed|hook_)/.test(event.type)) this.#tell(event, at);
  };

  /** What goes wrong with every call of a time is told once. */
  #tell(event: CacheEvent, at: number): void {
    if (event.type === 'store_failed' && at - this.#failedAt < QUIET_MS) return;
    if (event.type === 'store_failed') this.#failedAt = at;
    this.#say({ kind: 'event', at, line: lineOf(event), isLinked: this.#isLinked });
  }

  note(key: string, line: string): void {
    const lines = this.#lines.get(key) ?? [];
    this.#lines.set(key, lines);
    lines.push(line);
    if (lines.length > KEPT) lines.shift();
  }
}

function keysOf(event: CacheEvent): readonly string[] {
  const { key, keys } = event as { readonly key?: string; readonly keys?: readonly string[] };
  return key === undefined ? (keys ?? []) : [key];
}

function lineOf({ type, ...facts }: CacheEvent): string {
  const shown = Object.entries(facts).map(([name, fact]) =>
    fact instanceof Error ? reasonOf(fact) : `${name} ${JSON.stringify(fact)}`,
  );
  return [type, ...shown].join(' ');
}
