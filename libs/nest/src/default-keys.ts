import type { InheritedMethod } from './decorators/declared-methods.js';
import { badDeclaration } from './errors.js';

/** Who uses one default key. */
interface Users {
  readonly where: string;
  readonly prototypes: Set<object>;
  /** Instances that Nest constructed by their class; they differ in nothing that Nest does not know. */
  readonly constructed: Set<unknown>;
  /** Instances that the application made itself, of which nobody knows in what they differ. */
  readonly given: Set<unknown>;
}

/** Who uses which default key: two classes of one name, or two instances of one class, would answer each other's results. */
export class DefaultKeys {
  private readonly users = new Map<string, Users>();

  /** Notes that an instance uses the default key of a method. */
  claim(
    { where, declared, cache, prototype }: InheritedMethod,
    instance: { readonly value: unknown; readonly isGiven: boolean },
  ): void {
    if (!declared.usesDefaultKey) return;
    const name = `${cache}:${where}`;
    const users = this.users.get(name) ?? {
      where,
      prototypes: new Set(),
      constructed: new Set(),
      given: new Set(),
    };
    users.prototypes.add(prototype);
    users[instance.isGiven ? 'given' : 'constructed'].add(instance.value);
    this.users.set(name, users);
  }

  /** @throws CacheError `bad_declaration` where a default key has two users that may answer differently. */
  check(): void {
    for (const { where, prototypes, constructed, given } of this.users.values()) {
      if (prototypes.size > 1)
        throw badDeclaration(
          where,
          'two classes have this name and would share keys; give @Cacheable a key function',
        );
      const isMixed =
        new Set([...constructed, ...given]).size > 1 &&
        [...given].some((instance) => !constructed.has(instance));
      if (isMixed)
        throw badDeclaration(
          where,
          'two instances of this class would share keys; give @Cacheable a key function that tells them apart',
        );
    }
  }
}
