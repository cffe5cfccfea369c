import {
  type Clock,
  type Duration,
  parseDuration,
  type SharedTier,
  type SharedTierFactory,
  systemClock,
  type TierContext,
} from 'nuthatch/engine';
import { LocalBus } from './local-bus.js';
import { LocalConnection } from './local-connection.js';
import { LocalNamespace, type Source } from './local-namespace.js';

/**
 * A shared tier in memory: caches of one process that have it in common are to each other what processes are that share a server. It brings its
 * own bus, and fails when it is told to.
 *
 * ```ts
 * const tier = new LocalTier(clock);
 * const here = await createCache({ sharedTier: tier, clock });
 * const there = await createCache({ sharedTier: tier, clock });
 * tier.down();    // every call is rejected
 * tier.hang();    // no call is answered any more, not even after up()
 * tier.lag('2s'); // calls take 2 seconds longer
 * tier.up();      // all is well again
 * tier.lose();    // everything is forgotten, as by a restart
 * tier.bus.cut(); // caches do not hear of each other
 * ```
 */
export class LocalTier implements SharedTierFactory {
  readonly bus: LocalBus;
  readonly #clock: Clock;
  readonly #source: Source;
  readonly #open = new Set<TierContext>();
  #namespaces = new Map<string, LocalNamespace>();
  #copy = new Map<string, LocalNamespace>();
  #mood: 'up' | 'down' | 'hung' = 'up';
  #lagMs = 0;
  #calls = 0;
  /** What caches are to be told once they can be reached. */
  #suspicions: (readonly [lost: 'all' | 'recent', reason: string])[] = [];

  /** @param clock by which it measures leases and lives, and answers the time; that of the machine by default. */
  constructor(clock: Clock = systemClock) {
    let drawn = 0;
    this.#clock = clock;
    this.#source = { clock, draw: () => `${(drawn += 1)}` };
    this.bus = new LocalBus(clock);
  }

  /** How many calls it was asked to answer, failures and those that hang included. */
  get calls(): number {
    return this.#calls;
  }

  create(context: TierContext): SharedTier {
    const server = {
      run: <T>(task: () => T) => this.#run(task),
      namespace: (name: string) => this.#namespace(name),
      time: () => this.#clock.wallNow(),
    };
    return new LocalConnection(server, context.namespace, (isOpen) => {
      if (isOpen) this.#open.add(context);
      else this.#open.delete(context);
    });
  }

  /** Every call is rejected until {@link up}. The bus works on. */
  down(): void {
    this.#mood = 'down';
  }

  /** Calls that are made until {@link up} are never answered, and do nothing. The bus works on. */
  hang(): void {
    this.#mood = 'hung';
  }

  /** Calls are answered, and at once. */
  up(): void {
    this.#mood = 'up';
    this.#lagMs = 0;
    this.#tell();
  }

  /** Calls that are made until {@link up} do what they do, and are answered, so much later. */
  lag(by: Duration): void {
    this.#lagMs = parseDuration('by', by);
  }

  /** Forgets everything and tells the caches so, as a server without persistence that has restarted; those of a server that is down once it is up. */
  lose(): void {
    this.#namespaces = new Map();
    this.#suspect('all', 'the local tier was told to lose everything');
  }

  /** Copies what there is at present, as to a replica: {@link failover} falls back to it. */
  replicate(): void {
    this.#copy = copyOf(this.#namespaces);
  }

  /** Forgets what has changed since {@link replicate}, and tells the caches that what they have written of late may be missing. */
  failover(): void {
    this.#namespaces = copyOf(this.#copy);
    this.#suspect('recent', 'the local tier was told to fail over');
  }

  #suspect(lost: 'all' | 'recent', reason: string): void {
    this.#suspicions.push([lost, reason]);
    if (this.#mood === 'up') this.#tell();
  }

  #tell(): void {
    for (const suspicion of this.#suspicions.splice(0))
      for (const { suspect } of this.#open) suspect(...suspicion);
  }

  async #run<T>(task: () => T): Promise<T> {
    this.#calls += 1;
    const [mood, lagMs] = [this.#mood, this.#lagMs];
    if (lagMs > 0) await new Promise<void>((resolve) => this.#clock.schedule(resolve, lagMs));
    else await undefined;
    if (mood === 'hung') return new Promise<never>(() => undefined);
    if (mood === 'down') throw new Error('the local tier is down');
    return task();
  }

  #namespace(name: string): LocalNamespace {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    const namespace = new LocalNamespace(this.#source);
    this.#namespaces.set(name, namespace);
    return namespace;
  }
}

function copyOf(namespaces: ReadonlyMap<string, LocalNamespace>): Map<string, LocalNamespace> {
  return new Map(Array.from(namespaces, ([name, namespace]) => [name, namespace.copy()]));
}
