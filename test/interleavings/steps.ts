import fc from 'fast-check';
import { type EvictionName, type WritePolicyName } from 'nuthatch/engine';

/** Sixteen keys in two namespaces; a few of them are asked for most of the time. */
export const KEYS = ['a', 'b'].flatMap((namespace) =>
  Array.from({ length: 8 }, (_, index) => `${namespace}:${index}`),
);
export const TAGS = ['night', 'day'];

/** What a loader does. */
export type Manner = 'answers' | 'answers at once' | 'fails';

/** One thing that an actor does. */
export type Step =
  | { readonly does: 'get' | 'delete' | 'expire' | 'runDelete' | 'outside'; readonly key: string }
  | { readonly does: 'getMany' | 'deleteMany'; readonly keys: readonly string[] }
  | { readonly does: 'load'; readonly key: string; readonly tags: readonly string[]; readonly manner: Manner }
  | { readonly does: 'loadMany'; readonly keys: readonly string[]; readonly tags: readonly string[] }
  | { readonly does: 'setMany'; readonly keys: readonly string[]; readonly tags: readonly string[] }
  | { readonly does: 'set' | 'runSet'; readonly key: string; readonly tags: readonly string[] }
  | { readonly does: 'invalidateTags'; readonly tags: readonly string[] }
  | { readonly does: 'bumpVersion' | 'invalidateMatching'; readonly name: string }
  | { readonly does: 'advance'; readonly ms: number }
  | { readonly does: 'trouble'; readonly calls: number }
  | { readonly does: 'swapEviction'; readonly eviction: EvictionName }
  | { readonly does: 'swapWritePolicy'; readonly policy: WritePolicyName }
  | { readonly does: 'clear' | 'flush' | 'redo' | 'restore' | 'snapshot' | 'undo' };

export type Deed = Step['does'];

/** A step, and whether its actor waits for its end before it goes on. */
export interface Move {
  readonly step: Step;
  readonly waits: boolean;
}

/** What each actor does, in order. */
export type Program = readonly (readonly Move[])[];

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a:0', 'a:1') },
  { weight: 3, arbitrary: fc.constantFrom('b:0') },
  { weight: 1, arbitrary: fc.constantFrom(...KEYS) },
);
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 4 });
const tags = fc.subarray(TAGS);
const manner = fc.constantFrom<Manner[]>('answers', 'answers', 'answers', 'answers at once', 'fails');

const steps: { readonly [D in Deed]: fc.Arbitrary<Step> } = {
  get: fc.record({ does: fc.constant('get'), key }),
  getMany: fc.record({ does: fc.constant('getMany'), keys }),
  load: fc.record({ does: fc.constant('load'), key, tags, manner }),
  loadMany: fc.record({ does: fc.constant('loadMany'), keys, tags }),
  set: fc.record({ does: fc.constant('set'), key, tags }),
  setMany: fc.record({ does: fc.constant('setMany'), keys, tags }),
  delete: fc.record({ does: fc.constant('delete'), key }),
  deleteMany: fc.record({ does: fc.constant('deleteMany'), keys }),
  expire: fc.record({ does: fc.constant('expire'), key }),
  outside: fc.record({ does: fc.constant('outside'), key }),
  invalidateTags: fc.record({
    does: fc.constant('invalidateTags'),
    tags: fc.subarray(TAGS, { minLength: 1 }),
  }),
  bumpVersion: fc.record({ does: fc.constant('bumpVersion'), name: fc.constantFrom('a', 'b') }),
  invalidateMatching: fc.record({
    does: fc.constant('invalidateMatching'),
    name: fc.constantFrom('a:0', 'a:*', '*:0', '?:1', '*'),
  }),
  clear: fc.constant({ does: 'clear' }),
  advance: fc.record({ does: fc.constant('advance'), ms: fc.constantFrom(1, 30, 60, 110, 1000) }),
  trouble: fc.record({ does: fc.constant('trouble'), calls: fc.integer({ min: 1, max: 6 }) }),
  runSet: fc.record({ does: fc.constant('runSet'), key, tags }),
  runDelete: fc.record({ does: fc.constant('runDelete'), key }),
  undo: fc.constant({ does: 'undo' }),
  redo: fc.constant({ does: 'redo' }),
  snapshot: fc.constant({ does: 'snapshot' }),
  restore: fc.constant({ does: 'restore' }),
  swapEviction: fc.record({
    does: fc.constant('swapEviction'),
    eviction: fc.constantFrom<EvictionName[]>('lru', 'sieve', 'wTinyLfu'),
  }),
  swapWritePolicy: fc.record({
    does: fc.constant('swapWritePolicy'),
    policy: fc.constantFrom<WritePolicyName[]>('writeThrough', 'writeBack', 'writeAround'),
  }),
  flush: fc.constant({ does: 'flush' }),
};

/** How often each step is drawn. */
export type Weights = Readonly<Partial<Record<Deed, number>>>;

/** Up to four actors with up to six steps each. */
export function programs(weights: Weights): fc.Arbitrary<Program> {
  const weighted = Object.entries(weights).map(([deed, weight]) => ({
    // The keys of `Weights` are deeds.
    arbitrary: steps[deed as Deed],
    weight,
  }));
  const move = fc.record({ step: fc.oneof(...weighted), waits: fc.boolean() });
  return fc.array(fc.array(move, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 4,
    size: 'max',
  });
}
