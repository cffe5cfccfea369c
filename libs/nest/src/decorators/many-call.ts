import type { BulkContext, BulkLoader, BulkSource, LoadOptions } from 'nuthatch/engine';
import { badIds, notAPromise } from '../errors.js';
import { loadRulesOf } from './ageing.js';
import type { Call } from './advice.js';
import type { CacheableManyOptions } from './cacheable-many-options.js';
import { isClosed } from './closed-cache.js';
import { defaultKey, keyFrom, prefixOf, tagsFrom } from './keys.js';
import { answerFor, type Element, elementsOf } from './many-answer.js';
import { observedKind } from './return-kind.js';

/** What holds for all calls of a method on instances of one class. */
export interface ManyRules {
  readonly options: CacheableManyOptions;
  /** How loads are made, as far as no id says otherwise. */
  readonly load: LoadOptions<unknown>;
}

export function manyRules(options: CacheableManyOptions): ManyRules {
  const ttl = typeof options.ttl === 'function' ? undefined : options.ttl;
  return { options, load: { ...loadRulesOf(options), ttl, tags: undefined } };
}

/** One call of a method that is told many ids. */
export class ManyCall {
  private readonly ids: readonly unknown[];
  private readonly rest: readonly unknown[];
  private readonly prefix: string;
  /** One for each id, in their order. */
  private readonly elements: readonly Element[];
  /** Whether the cache has had the method asked. */
  private hasRun = false;

  /** @throws CacheError `bad_key` where the ids are no list, or one of them has no key. */
  constructor(
    private readonly call: Call,
    private readonly rules: ManyRules,
  ) {
    const [ids, ...rest]: readonly unknown[] = call.args;
    if (!Array.isArray(ids)) throw badIds(call.site.where, ids);
    this.rest = rest;
    this.ids = ids;
    this.prefix = prefixOf(call);
    this.elements = ids.map((id: unknown) => ({ id, key: this.keyOf(id) }));
  }

  /** The elements that the caller has asked for, as the method would answer them. */
  async answer(): Promise<unknown> {
    const [kept, direct] = this.divided();
    const [found, fetched] = await Promise.all([this.find(kept), this.fetch(direct)]);
    const values = new Map([...found, ...fetched]);
    return answerFor(this.elements, values, this.rules.options);
  }

  /** What the cache is asked for, and what it is not. A load that asks for its own ids would wait for itself. */
  private divided(): [kept: Element[], direct: Element[]] {
    const { cache, manager } = this.call;
    const { condition } = this.rules.options;
    const kept = new Map<string, Element>();
    const direct = new Map<string, Element>();
    for (const element of this.elements) {
      const isDirect =
        condition?.(...this.argsOf(element.id)) === false || manager.loads.includes(cache, element.key);
      const side = isDirect ? direct : kept;
      if (!side.has(element.key)) side.set(element.key, element);
    }
    return [[...kept.values()], [...direct.values()]];
  }

  private async find(elements: readonly Element[]): Promise<ReadonlyMap<string, unknown>> {
    if (elements.length === 0) return new Map();
    const { cache } = this.call;
    const byKey = new Map(elements.map((element) => [element.key, element]));
    try {
      return await cache.getManyOrLoad([...byKey.keys()], this.loaderOf(byKey), this.options);
    } catch (error) {
      // Who comes after the cache was closed is still answered.
      if (!this.hasRun && isClosed(error)) return this.fetch(elements);
      throw error;
    }
  }

  private get options(): LoadOptions<unknown> {
    const { options, load } = this.rules;
    const { tags } = options;
    if (tags === undefined || typeof tags === 'function') return load;
    return { ...load, tags: tagsFrom(this.call, tags, { args: [], prefix: this.prefix }) };
  }

  private loaderOf(byKey: ReadonlyMap<string, Element>): BulkLoader<unknown> | BulkSource<unknown> {
    const many: BulkLoader<unknown> = async (keys, context) => {
      this.hasRun = true;
      const asked = keys.flatMap((key) => byKey.get(key) ?? []);
      const values = await this.fetch(asked);
      for (const element of asked) this.describe(element, values.get(element.key), context);
      return new Map(keys.map((key) => [key, values.get(key)]));
    };
    const { maxBatch } = this.rules.options;
    return maxBatch === undefined ? many : { many, maxBatch };
  }

  /** Says of one element how it is to be kept. What cannot be said is no reason to fail the read: the element is not kept. */
  private describe({ id, key }: Element, value: unknown, context: BulkContext): void {
    const { ttl, tags, unless } = this.rules.options;
    const { manager, site } = this.call;
    const load = context.of(key);
    const args = this.argsOf(id);
    try {
      // What the method answers was checked against these functions when it was compiled.
      if (unless?.(value as never, ...args) === true) return load.skip();
      if (typeof ttl === 'function') load.setTtl(ttl(value as never, ...args));
      if (typeof tags !== 'function') return;
      load.setTags(tagsFrom(this.call, tags as never, { args, prefix: this.prefix }) ?? []);
    } catch (error) {
      load.skip();
      manager.warnings.warn(site.where, 'an element was not kept', error);
    }
  }

  /** Asks the method. */
  private async fetch(elements: readonly Element[]): Promise<ReadonlyMap<string, unknown>> {
    if (elements.length === 0) return new Map();
    const { cache, manager, site, method } = this.call;
    const ids = elements.map(({ id }) => id);
    const keys = new Set(elements.map(({ key }) => key));
    const running: unknown = manager.loads.start({ cache, keys }, () => method([ids, ...this.rest]));
    if (observedKind(site, running) !== 'promise') throw notAPromise(site);
    const { options } = this.rules;
    return elementsOf(await running, elements, { site, options, keyOf: (id) => this.keyOf(id) });
  }

  private keyOf(id: unknown): string {
    const { key } = this.rules.options;
    const args = this.argsOf(id);
    return this.prefix + (key === undefined ? defaultKey(this.call, args) : keyFrom(this.call, key, args));
  }

  /** What the functions of the options are told, which were checked against the method when it was compiled. */
  private argsOf(id: unknown): [id: never, ...rest: never[]] {
    return [id, ...this.rest] as [never, ...never[]];
  }
}
