import type { BusMessage, Invalidation } from 'nuthatch/engine';

/** Messages of one kind, summed up: of what is said twice the larger version is left. */
type Draft =
  | { readonly kind: 'changed'; readonly versions: Map<string, number> }
  | { readonly kind: 'invalidated'; readonly newest: Map<string, Invalidation> }
  | { readonly kind: 'released'; readonly keys: Set<string> }
  | { readonly kind: 'published'; readonly message: BusMessage };

/** What one cache has to say. */
interface Sender {
  readonly namespace: string;
  readonly sender: number;
  readonly drafts: Draft[];
}

/** One thing that is said, in JSON. */
export interface Piece {
  readonly from: Sender;
  /** Pieces of one draft become one message. */
  readonly draft: Draft;
  readonly json: string;
}

/** What the caches of a process publish until it is sent, in as few words as possible. */
export class Gathered {
  readonly #senders = new Map<number, Sender>();
  #characters = 0;

  /** About how much there is. */
  get bytes(): number {
    return this.#characters;
  }

  add({ namespace, sender }: Pick<Sender, 'namespace' | 'sender'>, messages: readonly BusMessage[]): void {
    const from = this.#senders.get(sender) ?? { namespace, sender, drafts: [] };
    this.#senders.set(sender, from);
    for (const message of messages) this.#merge(from.drafts, message);
  }

  *pieces(): Generator<Piece> {
    for (const from of this.#senders.values())
      for (const draft of from.drafts) for (const json of jsonOf(draft)) yield { from, draft, json };
  }

  #merge(drafts: Draft[], message: BusMessage): void {
    switch (message.kind) {
      case 'changed':
        return this.#change(draftOf(drafts, 'changed'), message.keys);
      case 'invalidated':
        return this.#invalidate(draftOf(drafts, 'invalidated'), message.invalidations);
      case 'released':
        return this.#release(draftOf(drafts, 'released'), message.keys);
      case 'published':
        this.#characters += message.event.length + 100;
        drafts.push({ kind: 'published', message });
    }
  }

  #change({ versions }: DraftOf<'changed'>, keys: readonly (readonly [string, number])[]): void {
    for (const [key, version] of keys) {
      const known = versions.get(key);
      if (known === undefined) this.#characters += key.length + 20;
      if (known === undefined || known < version) versions.set(key, version);
    }
  }

  #invalidate({ newest }: DraftOf<'invalidated'>, invalidations: readonly Invalidation[]): void {
    for (const each of invalidations) {
      const place = `${each.scope}:${each.name}`;
      const known = newest.get(place);
      if (known === undefined) this.#characters += each.name.length + 60;
      if (known === undefined || known.version < each.version) newest.set(place, each);
    }
  }

  #release({ keys }: DraftOf<'released'>, released: readonly string[]): void {
    for (const key of released) {
      if (!keys.has(key)) this.#characters += key.length + 3;
      keys.add(key);
    }
  }
}

type DraftOf<Kind extends Draft['kind']> = Extract<Draft, { kind: Kind }>;

const EMPTY: { readonly [Kind in 'changed' | 'invalidated' | 'released']: () => DraftOf<Kind> } = {
  changed: () => ({ kind: 'changed', versions: new Map() }),
  invalidated: () => ({ kind: 'invalidated', newest: new Map() }),
  released: () => ({ kind: 'released', keys: new Set() }),
};

/** The one of this kind that was begun; what comes after an event stays after it. */
function draftOf<Kind extends keyof typeof EMPTY>(drafts: Draft[], kind: Kind): DraftOf<Kind> {
  for (let at = drafts.length - 1; at >= 0; at -= 1) {
    const draft = drafts[at];
    if (draft === undefined || draft.kind === 'published') break;
    if (isOf(draft, kind)) return draft;
  }
  const draft = EMPTY[kind]();
  drafts.push(draft);
  return draft;
}

function isOf<Kind extends Draft['kind']>(draft: Draft, kind: Kind): draft is DraftOf<Kind> {
  return draft.kind === kind;
}

function* jsonOf(draft: Draft): Generator<string> {
  if (draft.kind === 'changed') for (const each of draft.versions) yield JSON.stringify(each);
  if (draft.kind === 'invalidated')
    for (const { scope, name, version } of draft.newest.values())
      yield JSON.stringify({ scope, name, version });
  if (draft.kind === 'released') for (const key of draft.keys) yield JSON.stringify(key);
  if (draft.kind === 'published') yield JSON.stringify(draft.message);
}
