/** What has changed in memory since somebody began to look. */
export interface MemoryWatch {
  /** The keys that were kept or dropped. */
  readonly changed: ReadonlySet<string>;
  /** Whether everything was dropped. */
  readonly isCleared: boolean;
  stop(): void;
}

/** Those who want to know what changes in memory. */
export class MemoryWatches {
  readonly #watches = new Set<Watch>();

  /** Notes what is changed from now on, until the answer is told to stop. */
  begin(): MemoryWatch {
    const watch: Watch = {
      changed: new Set<string>(),
      isCleared: false,
      stop: () => this.#watches.delete(watch),
    };
    this.#watches.add(watch);
    return watch;
  }

  changed(key: string): void {
    if (this.#watches.size === 0) return;
    for (const { changed } of this.#watches) changed.add(key);
  }

  cleared(): void {
    for (const watch of this.#watches) watch.isCleared = true;
  }
}

/** A watch as its memory sees it. */
interface Watch extends MemoryWatch {
  readonly changed: Set<string>;
  isCleared: boolean;
}
