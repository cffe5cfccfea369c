import type {
  CacheHealth,
  CacheInfo,
  CacheMetrics,
  CacheProblem,
  CacheProblemKind,
  Counts,
} from 'nuthatch/engine';

/** A line for the log. */
export interface WatchLine {
  readonly level: 'log' | 'warn';
  readonly text: string;
}

/** What is worth a line when there is more of it, and what it is called: of these no caller is told, or many are. */
const TROUBLES: Partial<Record<keyof Counts, string>> = {
  load_failures: 'loaders that threw',
  load_timeouts: 'loads that took too long',
  loads_refused: 'loads refused, since too many were running',
  flush_errors: 'failed flushes',
  dead_letters: 'writes given up (dead letters)',
  journal_errors: 'troubles of the journal',
  store_failures: 'failures of the store that no caller was told of',
  store_timeouts: 'calls on the store without an answer in time',
  invalidation_failures: 'invalidations that failed',
  hook_failures: 'hooks or observers that threw',
};

/** Says what has become of one cache since it was looked at last: what is new, and not over and over what still is. */
export class CacheWatch {
  private problems: ReadonlySet<CacheProblemKind> = new Set();
  private counts = new Map<string, number>();

  /** @param showsErrors whether messages of errors, which may quote keys, are written. */
  constructor(
    private readonly name: string,
    private readonly showsErrors: boolean,
  ) {}

  /** What there is to say at the start. */
  begin({ eviction, maxItems, maxBytes, ...info }: CacheInfo): WatchLine {
    const bounds = [bound(maxItems, 'entries'), bound(maxBytes, 'bytes')].filter((one) => one !== undefined);
    return this.line('log', `: ${eviction.strategy}, at most ${bounds.join(' and ')}; ${behind(info)}`);
  }

  look(health: CacheHealth, metrics: CacheMetrics): WatchLine[] {
    return [...this.stateLines(health), ...this.countLines(metrics)];
  }

  private stateLines({ problems, status }: CacheHealth): WatchLine[] {
    const before = this.problems;
    this.problems = new Set(problems.map(({ kind }) => kind));
    if (before.size > 0 && status === 'up') return [this.line('log', ' is well again')];
    return problems.filter(({ kind }) => !before.has(kind)).map((problem) => this.problemLine(problem));
  }

  private problemLine({ advice, error }: CacheProblem): WatchLine {
    const why = this.showsErrors && error !== undefined ? `: ${error}` : '';
    return this.line('warn', ` is degraded: ${advice}${why}`);
  }

  private countLines(metrics: CacheMetrics): WatchLine[] {
    const grown = Object.entries(TROUBLES).flatMap(([name, what]) => {
      // The keys of the record are those of its type.
      const count = metrics[name as keyof Counts];
      const more = count - (this.counts.get(name) ?? 0);
      this.counts.set(name, count);
      return more > 0 ? [`${more} ${what}`] : [];
    });
    return grown.length === 0 ? [] : [this.line('warn', `: ${grown.join(', ')}`)];
  }

  private line(level: WatchLine['level'], text: string): WatchLine {
    return { level, text: `cache ${JSON.stringify(this.name)}${text}` };
  }
}

function bound(most: number, what: string): string | undefined {
  return Number.isFinite(most) ? `${most} ${what}` : undefined;
}

function behind({
  store,
  writePolicy,
  durability,
  sharedTier,
}: Pick<CacheInfo, 'store' | 'writePolicy' | 'durability' | 'sharedTier'>): string {
  const shared = sharedTier === undefined ? '' : `, shared tier ${sharedTier}`;
  if (store === undefined) return `no store${shared}`;
  const survives = durability === undefined ? '' : `, durability ${durability}`;
  return `${writePolicy} to ${store.name} (role ${store.role})${survives}${shared}`;
}
