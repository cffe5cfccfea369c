import type { Clock } from '../kernel/clock.js';
import { parseCount } from '../kernel/count.js';
import { type Duration, parseDuration } from '../kernel/duration.js';
import { type KeyHash, seededKeyHash } from '../kernel/key-hash.js';
import type { OptionNames } from '../kernel/option-names.js';
import { Problems } from '../kernel/problems.js';
import type { Random } from '../kernel/random.js';
import { CountMinSketch } from './count-min-sketch.js';

/** When a key is hot. */
export interface HotKeysOptions {
  /** How long uses are counted before counting begins anew; 1 second by default. */
  readonly window?: Duration | undefined;
  /** A key is hot that is used so often within one window, and until the end of the next one; 1,000 by default. */
  readonly threshold?: number | undefined;
  /** How many keys can be hot at once; 100 by default. Where there are more, those that are used most often tend to stay. */
  readonly capacity?: number | undefined;
}

/** The options of hot keys, with every value in place. */
export interface HotKeysSettings {
  /** How long uses are counted before counting begins anew, in milliseconds. */
  readonly windowMs: number;
  /** How many uses in a window make a key hot. */
  readonly threshold: number;
  /** How many keys can be hot at once. */
  readonly capacity: number;
}

/** What hot keys go by. */
export interface HotKeysPorts {
  readonly clock: Pick<Clock, 'now'>;
  /** Seeds the hash, so that nobody can choose keys that make another one hot, and breaks ties. The same seed, the same answers. */
  readonly random: Random;
}

/** A key that is hot, and how often it was used in the window in which that was seen: never too few, sometimes a few too many. */
export interface HotKey {
  readonly key: string;
  readonly uses: number;
}

const KNOWN: OptionNames = { window: true, threshold: true, capacity: true } satisfies Record<
  keyof HotKeysOptions,
  true
>;
/** Nothing was counted yet. */
const NONE: ReadonlyMap<string, number> = new Map();

/** The options of {@link HotKeys}, checked and filled in. @throws CacheError `bad_option` naming every wrong option. */
export function resolveHotKeys(options: HotKeysOptions = {}): HotKeysSettings {
  const problems = new Problems();
  problems.checkNames(options, KNOWN, 'hotKeys.');
  return problems.settle({
    windowMs: problems.check(() => parseDuration('hotKeys.window', options.window ?? 1000)),
    threshold: problems.check(() => parseCount('hotKeys.threshold', options.threshold ?? 1000)),
    capacity: problems.check(() => parseCount('hotKeys.capacity', options.capacity ?? 100)),
  });
}

/**
 * Knows which keys are used very often just now. No key that reaches the threshold is overlooked as long as no more than `capacity` do; one
 * that does not may be taken for hot where it shares its counters with others (a count-min sketch, Cormode & Muthukrishnan 2005). {@link note} and {@link isHot}
 * are O(1); the memory is 128 KB and the hot keys, however many keys there are.
 */
export class HotKeys {
  readonly #settings: HotKeysSettings;
  readonly #ports: HotKeysPorts;
  readonly #hash: KeyHash;
  readonly #sketch = new CountMinSketch();
  #hot = new Map<string, number>();
  /** Of {@link #hot}, in any order, so that one can be drawn. */
  #drawn: string[] = [];
  #before = NONE;
  #windowEndsAt: number;

  constructor(settings: HotKeysSettings, ports: HotKeysPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#hash = seededKeyHash(Math.floor(ports.random.next() * 2 ** 32));
    this.#windowEndsAt = ports.clock.now() + settings.windowMs;
  }

  /** Counts a use; answers whether the key is hot. */
  note(key: string): boolean {
    this.#turn();
    const uses = this.#sketch.add(this.#hash(key));
    if (uses < this.#settings.threshold) return this.#before.has(key);
    if (this.#hot.has(key)) this.#hot.set(key, uses);
    else this.#admit(key, uses);
    return this.#hot.has(key) || this.#before.has(key);
  }

  /** Whether a key is hot, or was so in the window before. Counts as no use. */
  isHot(key: string): boolean {
    this.#turn();
    return this.#hot.has(key) || this.#before.has(key);
  }

  /** The hot keys, those that are used most often first; at most twice `capacity`, since those of the window before are among them. */
  hot(): readonly HotKey[] {
    this.#turn();
    const merged = new Map(this.#before);
    for (const [key, uses] of this.#hot) merged.set(key, Math.max(uses, merged.get(key) ?? 0));
    return Array.from(merged, ([key, uses]) => ({ key, uses })).sort(byUses);
  }

  #turn(): void {
    const at = this.#ports.clock.now();
    if (at < this.#windowEndsAt) return;
    const { windowMs } = this.#settings;
    const isNext = at < this.#windowEndsAt + windowMs;
    this.#before = isNext ? this.#hot : NONE;
    this.#hot = new Map();
    this.#drawn = [];
    this.#sketch.clear();
    this.#windowEndsAt = isNext ? this.#windowEndsAt + windowMs : at + windowMs;
  }

  /** Where there is no room, the lesser of two that are drawn gives way, unless it is used more often. */
  #admit(key: string, uses: number): void {
    if (this.#hot.size < this.#settings.capacity) {
      this.#drawn.push(key);
      this.#hot.set(key, uses);
      return;
    }
    const [one, other] = [this.#draw(), this.#draw()];
    const place = this.#usesAt(one) <= this.#usesAt(other) ? one : other;
    if (this.#usesAt(place) > uses) return;
    this.#hot.delete(this.#drawn[place] ?? key);
    this.#drawn[place] = key;
    this.#hot.set(key, uses);
  }

  #draw(): number {
    return Math.floor(this.#ports.random.next() * this.#drawn.length);
  }

  #usesAt(place: number): number {
    return this.#hot.get(this.#drawn[place] ?? '') ?? 0;
  }
}

function byUses(one: HotKey, other: HotKey): number {
  return other.uses - one.uses || (one.key < other.key ? -1 : 1);
}
