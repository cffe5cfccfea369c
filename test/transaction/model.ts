/** What evictions are about. */
export interface Eviction {
  /** `'key'`: a change of this key; `'mark'`: entries of now that match; `'all'`: a change of every key. */
  readonly kind: 'key' | 'mark' | 'all';
  readonly matches: (key: string) => boolean;
}

/** What happened for everybody, and when. */
interface Change extends Eviction {
  readonly tick: number;
}

interface Own {
  readonly value: number | undefined;
  readonly isLoaded: boolean;
}

/** What a transaction, or a savepoint within one, has done so far. */
export class Level {
  readonly evictions: Eviction[] = [];
  readonly written = new Map<string, number | undefined>();
  readonly loaded = new Map<string, number>();
  readonly firstWritten = new Map<string, number>();
  readonly lastWritten = new Map<string, number>();

  constructor(readonly around?: Level) {}

  own(key: string): Own | undefined {
    const loaded = this.loaded.get(key);
    if (loaded !== undefined) return { value: loaded, isLoaded: true };
    if (this.written.has(key)) return { value: this.written.get(key), isLoaded: false };
    const around = this.around?.own(key);
    if (around?.value === undefined || !this.evictions.some(({ matches }) => matches(key))) return around;
    return around.isLoaded ? undefined : { value: undefined, isLoaded: false };
  }

  hides(key: string): boolean {
    return this.evictions.some(({ matches }) => matches(key)) || this.around?.hides(key) === true;
  }

  write(key: string, value: number | undefined, tick: number): void {
    this.loaded.delete(key);
    this.written.set(key, value);
    if (!this.firstWritten.has(key)) this.firstWritten.set(key, tick);
    this.lastWritten.set(key, tick);
  }

  evict(eviction: Eviction): void {
    this.evictions.push(eviction);
    for (const key of this.loaded.keys()) if (eviction.matches(key)) this.loaded.delete(key);
    for (const key of this.written.keys()) if (eviction.matches(key)) this.written.set(key, undefined);
  }

  absorb(inner: Level): void {
    for (const eviction of inner.evictions) this.evict(eviction);
    for (const [key, value] of inner.written) {
      const first = this.firstWritten.get(key) ?? inner.firstWritten.get(key) ?? 0;
      this.write(key, value, inner.lastWritten.get(key) ?? 0);
      this.firstWritten.set(key, first);
    }
    for (const [key, value] of inner.loaded) this.loaded.set(key, value);
  }
}

/** The simplest cache with transactions: a map, and a book of what has changed when. */
export class ModelCache {
  readonly entries = new Map<string, number>();
  readonly #changes: Change[] = [];
  #tick = 0;

  tick(): number {
    return ++this.#tick;
  }

  view(level: Level, key: string): number | undefined {
    const own = level.own(key);
    if (own !== undefined) return own.value;
    return level.hides(key) ? undefined : this.entries.get(key);
  }

  write(key: string, value: number | undefined): void {
    this.#changes.push({ kind: 'key', matches: (other) => other === key, tick: this.tick() });
    if (value === undefined) this.entries.delete(key);
    else this.entries.set(key, value);
  }

  evict(eviction: Eviction): void {
    this.#changes.push({ ...eviction, tick: this.tick() });
    for (const key of this.entries.keys()) if (eviction.matches(key)) this.entries.delete(key);
  }

  /** Makes it all; answers what was there once the evictions were made. */
  commit(level: Level): ReadonlyMap<string, number> {
    const contested = [...level.written.keys()].filter((key) => this.#isContested(level, key));
    for (const eviction of level.evictions) this.evict(eviction);
    const between = new Map(this.entries);
    for (const [key, value] of level.written) this.write(key, contested.includes(key) ? undefined : value);
    return between;
  }

  #isContested(level: Level, key: string): boolean {
    const since = (tick: number | undefined, kinds: readonly Eviction['kind'][]): boolean =>
      this.#changes.some(
        (change) => change.tick > (tick ?? 0) && kinds.includes(change.kind) && change.matches(key),
      );
    return (
      since(level.firstWritten.get(key), ['key', 'all']) || since(level.lastWritten.get(key), ['mark', 'all'])
    );
  }
}
