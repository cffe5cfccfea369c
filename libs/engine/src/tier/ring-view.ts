import type { Timer } from '../kernel/clock.js';
import type { Invalidation } from '../kernel/invalidation.js';
import { versionAt } from '../kernel/sequence.js';
import type { HashRing } from './hash-ring.js';
import { markKey, markOf, newStanding, type Standing } from './ring-standing.js';
import type { ShardNode } from './shard-node.js';
import { type SharedTier, type TierContext, type TierRead, TOO_CLOSE_MS } from './shared-tier.js';
import { nodeChanging, noNodeLeft, viewTooOld } from './sharded-errors.js';

/** What was heard so many looks ago is too old to go by. */
const HEARING_LOOKS = 2;
/** Of two processes that see the same change, one sees it at most so many looks after the other, if answers take no longer than a look. */
const SETTLING_LOOKS = 4;
/** What the view is made of. */
export interface RingViewParts {
  readonly nodes: ReadonlyMap<string, ShardNode>;
  readonly ring: HashRing;
  readonly lookEveryMs: number;
  /** How long a call may take that was begun before a change was seen. */
  readonly timeoutMs: number;
  readonly context: TierContext;
}

/**
 * Which nodes the processes use, agreed upon through marks that the nodes themselves keep: who gives a node up puts a mark on the others, and
 * renews it as long as the node does not work; everybody looks for marks every `lookEveryMs`. A node with a mark is away, for
 * everybody, until it was not renewed for a while. Whoever sees a change uses none of the keys that move by it until the others have seen it,
 * too, and their calls are over: `4 * lookEveryMs + timeoutMs`. Whoever has not heard of the others for two looks asks before it uses a key.
 *
 * So no process uses one place of a key while another uses another one, if all of these hold: each two processes reach a node in common, nodes
 * keep the marks that they have acknowledged, looks are answered within `lookEveryMs`, and clocks go equally fast.
 */
export class RingView {
  readonly #parts: RingViewParts;
  readonly #standings: ReadonlyMap<string, Standing>;
  readonly #markKeys: readonly string[];
  readonly #hearingMs: number;
  readonly #settleMs: number;
  readonly #markMs: number;
  readonly #looking = new Map<ShardNode, Promise<void>>();
  #changes = 0;
  /** Who comes first sees what others have told, before it tells anything. */
  #hasLooked = false;
  /** Whether it is the first to eject a node, and could not say yet that what was there before is suspect. */
  #mustForget = false;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: RingViewParts) {
    this.#parts = parts;
    this.#hearingMs = HEARING_LOOKS * parts.lookEveryMs;
    this.#settleMs = SETTLING_LOOKS * parts.lookEveryMs + parts.timeoutMs;
    this.#markMs = this.#settleMs + this.#hearingMs;
    const names = [...parts.nodes.keys()];
    this.#markKeys = names.map(markKey);
    this.#standings = new Map(names.map((name) => [name, newStanding()]));
  }

  /** The nodes that can be used now, by name. */
  get present(): readonly ShardNode[] {
    const present = [...this.#parts.nodes.values()].filter(({ name }) => !this.isAway(name));
    return present.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** How often a node was ejected or came back, as this process has seen it. */
  get changes(): number {
    return this.#changes;
  }

  isAway(name: string): boolean {
    return this.#standings.get(name)?.isAway === true;
  }

  /** Begins to look; resolves when it is known what the others have ejected. */
  async start(): Promise<void> {
    if (this.#parts.nodes.size === 1) return;
    await this.#look();
    if (!this.#hasLooked)
      for (const standing of this.#standings.values()) standing.isInherited = standing.isAway;
    this.#hasLooked = true;
    this.#mustForget ||= this.#failing.some(({ name }) => !this.isAway(name));
    await Promise.all(this.#failing.map((node) => this.announce(node)));
    if (this.#mustForget && this.#changes > 0) await this.#forgetAll();
    this.#mustForget = false;
    this.#timer ??= this.#parts.context.clock.schedule(() => this.#tick(), this.#parts.lookEveryMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Resolves when what is known of the other processes is as new as can be. Costs nothing as long as looks are answered. */
  async ready(): Promise<void> {
    const { nodes, context } = this.#parts;
    const heardSince = context.clock.now() - this.#hearingMs;
    const isFresh = [...this.#standings.values()].every(({ heardAt }) => heardAt >= heardSince);
    if (nodes.size > 1 && !isFresh) await this.#look();
  }

  /**
   * The first nodes clockwise of a key that are not away, its own first.
   * @throws CacheError `store_down` where the key is on its way from one to another, it is not known where it is, or no node is left.
   */
  placesOf(key: string, count: number): readonly ShardNode[] {
    const { ring, nodes, context } = this.#parts;
    const places: ShardNode[] = [];
    for (const name of ring.getNodes(key, nodes.size)) {
      const node = nodes.get(name);
      if (places.length === 0 && nodes.size > 1) this.#assertSettled(name, context.clock.now());
      if (node !== undefined && !this.isAway(name)) places.push(node);
      if (places.length === count) return places;
    }
    if (places.length === 0) throw noNodeLeft(nodes.size);
    return places;
  }

  /** Tells the other processes that a node does not work: it is away once another node keeps that. Never rejects. */
  async announce(failing: ShardNode): Promise<void> {
    const standing = this.#standings.get(failing.name);
    if (standing === undefined || this.#isStopped || !this.#hasLooked) return;
    const { context } = this.#parts;
    const row = markOf(failing.name, standing, context.clock.wallNow());
    const { version } = row;
    const told = this.#others(failing).map((node) => node.call('keep a mark', (tier) => tier.put([row])));
    const answers = await Promise.allSettled(told);
    const kept = answers.map((answer) => (answer.status === 'fulfilled' ? (answer.value[0] ?? 0) : 0));
    // One that somebody else has put there at the same time does as well.
    const newest = Math.max(0, ...kept);
    if (newest < version) return;
    this.#marked(failing.name, newest, context.clock.now());
    if (!standing.isConfirmed) this.#confirm(failing.name, standing);
  }

  /** For who opens a cache, and cannot be told yet that everything is suspect: it reads what was invalidated when the tier is open. */
  async #forgetAll(): Promise<void> {
    const version = versionAt(Math.ceil(this.#parts.context.clock.wallNow()) + TOO_CLOSE_MS);
    const everything: Invalidation = { scope: 'prefix', name: '', version };
    await Promise.all(
      this.present.map((node) => node.call('invalidate', (tier) => tier.invalidate([everything]))),
    );
  }

  #assertSettled(name: string, now: number): void {
    const standing = this.#standings.get(name);
    if (standing === undefined) return;
    if (now - standing.heardAt > this.#hearingMs) throw viewTooOld(name);
    const leftMs = standing.changedAt + this.#settleMs - now;
    if (leftMs > 0) throw nodeChanging(name, standing.isAway, leftMs);
    if (standing.isAway && !standing.isConfirmed) throw nodeChanging(name, true, this.#hearingMs);
  }

  get #failing(): readonly ShardNode[] {
    return [...this.#parts.nodes.values()].filter((node) => node.isFailing);
  }

  #others(than: ShardNode): readonly ShardNode[] {
    return [...this.#parts.nodes.values()].filter((node) => node !== than && !node.isFailing);
  }

  #tick(): void {
    if (this.#isStopped) return;
    const { context, lookEveryMs } = this.#parts;
    this.#timer = context.clock.schedule(() => this.#tick(), lookEveryMs);
    for (const node of this.#failing) {
      void node.probe((tier) => this.#readMarks(tier));
      void this.announce(node);
    }
    void this.#look();
  }

  /** Asks every node that works. Never rejects: each node counts its failures, and what is not heard becomes too old. */
  async #look(): Promise<void> {
    const asked = [...this.#parts.nodes.values()].filter((node) => !node.isFailing);
    await Promise.allSettled(asked.map((node) => this.#lookAt(node)));
  }

  /** A node that hangs is not asked twice. */
  #lookAt(node: ShardNode): Promise<void> {
    const looking = this.#looking.get(node) ?? this.#ask(node).finally(() => this.#looking.delete(node));
    this.#looking.set(node, looking);
    return looking;
  }

  async #ask(node: ShardNode): Promise<void> {
    const askedAt = this.#parts.context.clock.now();
    const marks = await node.call('tell its marks', (tier) => this.#readMarks(tier));
    for (const [at, name] of [...this.#parts.nodes.keys()].entries())
      this.#heard(name, { version: marks[at]?.version ?? 0, askedAt, isFromItself: node.name === name });
  }

  #readMarks(tier: SharedTier): Promise<readonly TierRead[]> {
    return tier.getMany(this.#markKeys);
  }

  #heard(
    name: string,
    { version, askedAt, isFromItself }: { version: number; askedAt: number; isFromItself: boolean },
  ): void {
    const standing = this.#standings.get(name);
    if (standing === undefined) return;
    if (version > standing.version) this.#marked(name, version, askedAt);
    const node = this.#parts.nodes.get(name);
    // A node cannot tell of itself what others have told the rest, unless there is no rest.
    const isTelling = !isFromItself || (node !== undefined && this.#others(node).length === 0);
    if (isTelling) standing.heardAt = Math.max(standing.heardAt, askedAt);
    const isOver = standing.heardAt - standing.markedAt >= this.#markMs;
    if (standing.isAway && isOver) this.#back(name, standing);
  }

  #marked(name: string, version: number, at: number): void {
    const standing = this.#standings.get(name);
    if (standing === undefined) return;
    standing.version = version;
    standing.markedAt = at;
    if (!standing.isAway) this.#change(standing, true);
    else if (!standing.isConfirmed) this.#confirm(name, standing);
  }

  /** Both places may have entries that were overtaken at the other one: all that was written until now is taken to be old. */
  #confirm(name: string, standing: Standing): void {
    standing.isConfirmed = true;
    if (!standing.isInherited) this.#parts.context.suspect('all', `the node ${name} was ejected`);
  }

  /** A mark that was never renewed has moved nothing. */
  #back(name: string, standing: Standing): void {
    const wasConfirmed = standing.isConfirmed;
    standing.isConfirmed = false;
    standing.isInherited = false;
    this.#change(standing, false);
    if (wasConfirmed) this.#parts.context.suspect('all', `the node ${name} is back`);
  }

  #change(standing: Standing, isAway: boolean): void {
    standing.isAway = isAway;
    standing.changedAt = this.#parts.context.clock.now();
    this.#changes++;
  }
}
