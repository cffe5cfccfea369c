import fc from 'fast-check';

/** What is cached, and the tag that each carries. */
export const TAGS: Readonly<Record<string, string>> = { 'a:1': 'one', 'a:2': 'two', 'b:1': 'one' };
export const KEYS = Object.keys(TAGS);
export const PROCESSES = 3;

/** One thing that a process does. */
export type Deed =
  | { readonly does: 'read' | 'set' | 'delete'; readonly by: number; readonly key: string }
  | { readonly does: 'readMany' | 'clear' | 'namespace' | 'tag' | 'flush'; readonly by: number };

/** One thing that goes wrong with the tier or the bus, or is well again. */
export type Fault = (typeof FAULTS)[number];
const FAULTS = ['down', 'hang', 'up', 'cut', 'mend', 'forget', 'lose', 'failover'] as const;

export type Step = Deed | { readonly does: 'wait'; readonly ms: number } | { readonly does: Fault };

const by = fc.nat(PROCESSES - 1);
const key = fc.constantFrom(...KEYS);
const deed = <D extends string>(...does: D[]) => fc.constantFrom(...does);

/** What happens, one after the other. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.record({ does: deed('read'), by, key }) },
    { weight: 2, arbitrary: fc.record({ does: deed('readMany'), by }) },
    { weight: 3, arbitrary: fc.record({ does: deed('set'), by, key }) },
    { weight: 2, arbitrary: fc.record({ does: deed('delete'), by, key }) },
    { weight: 2, arbitrary: fc.record({ does: deed('tag', 'namespace', 'flush'), by }) },
    { weight: 1, arbitrary: fc.record({ does: deed('clear'), by }) },
    { weight: 6, arbitrary: fc.record({ does: deed('wait'), ms: fc.constantFrom(1, 50, 300, 1200) }) },
    { weight: 4, arbitrary: fc.record({ does: deed(...FAULTS, 'up', 'mend') }) },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);
