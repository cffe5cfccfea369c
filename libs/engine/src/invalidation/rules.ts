import { badOption } from '../kernel/errors.js';
import { assertKnown } from '../kernel/option-names.js';
import type { Targets } from './targets.js';
import { type EventParams, keyTemplate, tagTemplate, type Template } from './templates.js';

/**
 * What an event invalidates: keys such as `'user:{id}'`, or patterns where they have a `*` or `?`, such as `'user:{id}:*'`; and tags. Places
 * in braces are filled with what the event brings; `{user.id}` looks into objects.
 */
export type Templates =
  readonly string[] | { readonly keys?: readonly string[]; readonly tags?: readonly string[] };

const KNOWN: readonly string[] = ['keys', 'tags'];

interface Rule {
  readonly keys: readonly Template[];
  readonly tags: readonly Template[];
}

/** Which events invalidate what. */
export class Rules {
  readonly #rules = new Map<string, Set<Rule>>();

  /** Adds a rule; answers how to take it back. @throws CacheError `bad_rule` naming the template, `bad_option`. */
  add(event: string, templates: Templates): () => void {
    assertEvent(event);
    const rule = ruleOf(event, templates);
    const rules = this.#rules.get(event) ?? new Set();
    this.#rules.set(event, rules.add(rule));
    return () => {
      rules.delete(rule);
      if (rules.size === 0 && this.#rules.get(event) === rules) this.#rules.delete(event);
    };
  }

  /** What an event invalidates by all its rules; nothing where it has none. @throws CacheError `bad_rule` naming what it does not bring. */
  targetsOf(event: string, params: EventParams): Targets {
    assertEvent(event);
    if (typeof params !== 'object' || params === null)
      throw badOption('params', 'an object such as { id: 42 }', params);
    const rules = [...(this.#rules.get(event) ?? [])];
    const filled = (templates: readonly Template[]): string[] =>
      templates.map((template) => template.fill(params));
    const keys = rules.flatMap((rule) => rule.keys);
    return {
      keys: filled(keys.filter(({ isPattern }) => !isPattern)),
      matching: filled(keys.filter(({ isPattern }) => isPattern)),
      tags: filled(rules.flatMap((rule) => rule.tags)),
    };
  }
}

function assertEvent(event: string): void {
  if (typeof event !== 'string' || event === '') throw badOption('event', 'a non-empty string', event);
}

function ruleOf(event: string, templates: Templates): Rule {
  assertNames(templates);
  const { keys = [], tags = [] } = isList(templates) ? { keys: templates } : (templates ?? {});
  if (!isList(keys) || !isList(tags) || keys.length + tags.length === 0)
    throw badOption(
      'templates',
      "an array such as ['user:{id}'], or { keys, tags } with at least one",
      templates,
    );
  return {
    keys: keys.map((text) => keyTemplate(text, event)),
    tags: tags.map((text) => tagTemplate(text, event)),
  };
}

/** A list has indices, and an object that is none has no names. */
function assertNames(templates: Templates): void {
  if (isList(templates) || typeof templates !== 'object') return;
  assertKnown(templates ?? {}, KNOWN);
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
