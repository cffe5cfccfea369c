import type { RedisOptions } from 'nuthatch/redis';

/** What is broken on purpose in every process, to see whether it is noticed. */
export const PLANTS = ['drop', 'fence', 'tag'] as const;
export type Plant = (typeof PLANTS)[number];

/** What a process is told when it starts. */
export interface Orders {
  /** The place of the process among the others. */
  readonly at: number;
  readonly seed: number;
  readonly redis: RedisOptions;
  readonly plant: Plant | undefined;
}

/** What is about to change. A guarded key is changed by one process at a time, the others by whoever comes. */
export type Change =
  | { readonly kind: 'guarded'; readonly key: string }
  | { readonly kind: 'free'; readonly key: string }
  | { readonly kind: 'group'; readonly group: number };

/** What a process asks the parent, who has the truth; answered with the versions of the keys, in their order. */
export type Question =
  | { readonly kind: 'read'; readonly keys: readonly string[] }
  /** Answered with the new versions; with nothing where somebody else is changing the key. */
  | { readonly kind: 'change'; readonly change: Change };

/** One read that has ended. Times are those of {@link now}. */
export interface Read {
  readonly key: string;
  /** Nothing where there was none. */
  readonly version: number | undefined;
  readonly begunAt: number;
  readonly endedAt: number;
  readonly how: string;
  /** Whether the process did not hear the others, when the read began and when it ended. */
  readonly isUnlinked: boolean;
}

/** A change that the cache has acknowledged, or refused. */
export interface Changed {
  readonly change: Change;
  readonly keys: readonly string[];
  readonly versions: readonly number[];
  readonly how: string;
  readonly endedAt: number;
  readonly isRefused: boolean;
}

/** How long an operation has kept its caller waiting, without the time that the loader took or that the process stood still. */
export interface Wait {
  readonly how: string;
  readonly endedAt: number;
  readonly ms: number;
}

/** A version, or nothing. */
export type Found = number | null;

/** What a process says. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'asks'; readonly id: number; readonly question: Question }
  | { readonly kind: 'changed'; readonly changed: Changed }
  | {
      readonly kind: 'reads';
      readonly reads: readonly Read[];
      readonly operations: number;
      readonly wait: Wait;
    }
  | { readonly kind: 'event'; readonly at: number; readonly line: string; readonly isLinked: boolean }
  | { readonly kind: 'failed'; readonly at: number; readonly how: string; readonly reason: string }
  /** The last things that have happened to a key. */
  | { readonly kind: 'traced'; readonly key: string; readonly lines: readonly string[] }
  | { readonly kind: 'done'; readonly id: number; readonly versions: readonly Found[] };

/** What a process is told. */
export type Told =
  | { readonly kind: 'answer'; readonly id: number; readonly versions: readonly number[] }
  | { readonly kind: 'go' }
  /** Change this key: somebody else has just read it from the source. */
  | { readonly kind: 'overtake'; readonly key: string }
  | { readonly kind: 'trace'; readonly key: string }
  /** Answered by `done`: begin nothing, and say when everything has ended. */
  | { readonly kind: 'rest'; readonly id: number }
  /** Answered by `done`: set these keys. */
  | { readonly kind: 'mark'; readonly id: number; readonly keys: readonly string[] }
  /** Answered by `done`: `'load'` loads what is not there. */
  | {
      readonly kind: 'look';
      readonly id: number;
      readonly how: 'get' | 'load';
      readonly keys: readonly string[];
    }
  | { readonly kind: 'end' };

/** Milliseconds of a clock that all processes of the machine share, and that never jumps. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
